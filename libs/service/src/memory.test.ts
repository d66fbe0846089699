// What a start leaves behind is collected once it is over, the schema of all settings too, and nobody else gets to collect.
import { expect, test } from '@jest/globals';
import { setImmediate } from 'node:timers/promises';
import { runInNewContext } from 'node:vm';
import { loadConfig } from './config/load.js';
import { configSchema } from './config/schema.js';
import { forgetStart } from './memory.js';

/** Made where nothing of the caller's can hold it. */
const left = {
  garbage: () => new WeakRef({ parsed: ['a', 'b'] }),
  schema() {
    loadConfig({});
    return new WeakRef(configSchema());
  },
};

test.each(Object.entries(left))('%s', async (_name, leave) => {
  const reference = leave();
  // Within the turn that made a weak reference, it is a strong one.
  await setImmediate();
  forgetStart();
  expect(reference.deref()).toBeUndefined();
});

test('a schema that was forgotten is built again', () => {
  expect(loadConfig({ env: { TTL_ACCESS_TOKEN: '5m' } }).ttl.accessToken).toBe(300_000);
});

test('contexts that are made later cannot collect', () => {
  forgetStart();
  expect(runInNewContext('typeof gc')).toBe('undefined');
});
