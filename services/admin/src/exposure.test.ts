// Where the admin API may listen without authentication.
import { expect, test } from '@jest/globals';
import { checkExposure } from './exposure.js';

const at = (host: string) => ({ host, port: 4445, authentication: 'none' as const });

test.each(['127.0.0.1', '127.1.2.3', '::1', 'localhost', 'unix:/run/admin.sock'])('%s is fine', (host) => {
  expect(() => checkExposure(at(host))).not.toThrow();
});

test.each(['0.0.0.0', '::', '10.0.0.1', '', 'example.com', '127.0.0.1.example.com', 'localhost.example.com'])(
  '%s is refused, and the message names the setting',
  (host) => {
    expect(() => checkExposure(at(host))).toThrow(/serve\.admin\.authentication/);
  },
);
