// What only the network can say about a client: whether its addresses may be asked, and what its sector holds, from a real
// server (security catalogue G02, G03; OpenID Connect Core §8.1).
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { defaultClientScope } from '@cardea/oauth';
import { clientV1 } from '@cardea/rpc';
import type { Server } from 'node:http';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createAcceptClient } from './accept-client.js';
import { quietLog } from './database.fixture.js';
import type { Outbound } from './outbound/index.js';
import { createOutbound } from './outbound/index.js';
import { verdict } from './tokens.fixture.js';

const sector = 'https://sector.test/uris';
const policy = { subjectTypes: ['public', 'pairwise'], defaultScope: defaultClientScope, hydraCompat: false };
/** Names as the world's resolver would tell them. */
const names: Record<string, string> = { 'sector.test': '93.184.216.34', 'inside.test': '10.0.0.8' };
const resolve = (name: string) =>
  names[name] === undefined
    ? Promise.reject(new Error('unknown'))
    : Promise.resolve([{ address: names[name], family: 4 }]);

let server: Server;
let outbound: Outbound;
let answer: { status: number; body: string };
let asked: string[] = [];

beforeAll(async () => {
  server = createServer((request, response) => {
    asked.push(request.url ?? '');
    response.writeHead(answer.status, { Location: '/elsewhere' }).end(answer.body);
  }).listen(0, '127.0.0.1');
  await new Promise((listening) => server.once('listening', listening));
  const base = `http://127.0.0.1:${String((server.address() as AddressInfo).port)}`;
  const anywhere = { disallowPrivate: false, privateByDefault: true, excepted: () => true, plainHttp: true };
  const guarded = { disallowPrivate: undefined, privateByDefault: false, excepted: () => false, plainHttp: false };
  const plain = createOutbound(anywhere, { log: quietLog });
  // What ends TLS for sector.test, as a proxy in front of it would.
  outbound = {
    ...createOutbound(guarded, { log: quietLog, resolve }),
    getJson: (url, options) => plain.getJson(url.replace('https://sector.test', base), options),
    close: () => plain.close(),
  };
});
afterAll(async () => {
  outbound.close();
  await new Promise((closed) => server.close(closed));
});
beforeEach(() => {
  asked = [];
});

const client = (change: Partial<clientV1.Client>) =>
  clientV1.Client.create({ clientId: 'app', redirectUris: ['https://a.test/cb', 'https://b.test/cb'], ...change });
const accept = (change: Partial<clientV1.Client>, present?: clientV1.Client) =>
  createAcceptClient({ policy, outbound })(client(change), present);

describe('G03: a sector', () => {
  test.each<[string, number, string, string]>([
    ['that lists all redirect URIs', 200, '["https://b.test/cb","https://a.test/cb","https://c.test/"]', 'ok'],
    ['that lists some', 200, '["https://a.test/cb"]', 'invalid_client_metadata'],
    ['that is no list', 200, '{"https://a.test/cb":1}', 'invalid_client_metadata'],
    ['that is no JSON', 200, '<html>', 'invalid_client_metadata'],
    ['that is not there', 404, '["https://a.test/cb","https://b.test/cb"]', 'invalid_client_metadata'],
    ['that leads elsewhere', 302, '', 'invalid_client_metadata'],
    ['that is too large', 200, `[${'"x",'.repeat(100_000)}"x"]`, 'invalid_client_metadata'],
  ])('%s', async (_name, status, body, expected) => {
    answer = { status, body };
    expect(await verdict(accept({ subjectType: 'pairwise', sectorIdentifierUri: sector }))).toBe(expected);
    expect(asked).toEqual(['/uris']);
  });
  test('by plain http is not even asked', async () => {
    expect(await verdict(accept({ sectorIdentifierUri: 'http://sector.test/uris' }))).toBe('invalid_client_metadata');
    expect(asked).toEqual([]);
  });
  test('that was checked with these redirect URIs is not asked again, with others it is', async () => {
    answer = { status: 500, body: '' };
    const present = client({ sectorIdentifierUri: sector });
    expect(await verdict(accept({ sectorIdentifierUri: sector, clientName: 'renamed' }, present))).toBe('ok');
    expect(asked).toEqual([]);
    const more = { sectorIdentifierUri: sector, redirectUris: [...present.redirectUris, 'https://c.test/cb'] };
    expect(await verdict(accept(more, present))).toBe('invalid_client_metadata');
    expect(asked).toEqual(['/uris']);
  });
});

describe('G02: an address that is asked one day', () => {
  const fields: [string, (address: string) => Partial<clientV1.Client>][] = [
    ['jwks_uri', (jwksUri) => ({ jwksUri })],
    ['backchannel_logout_uri', (backchannelLogoutUri) => ({ backchannelLogoutUri })],
    ['sector_identifier_uri', (sectorIdentifierUri) => ({ sectorIdentifierUri })],
    ['request_uris', (uri) => ({ requestUris: [uri] })],
  ];
  const refused = [
    'https://10.0.0.8/',
    'https://127.0.0.1/',
    'https://[::1]/',
    'https://[::ffff:10.0.0.8]/',
    'https://169.254.169.254/latest/meta-data',
    'https://2130706433/',
    'https://inside.test/',
    'http://sector.test/',
    'https://user:secret@sector.test/',
    'https://sector.test:6379/',
  ];
  test.each(fields.flatMap(([field, make]) => refused.map((address) => [field, address, make] as const)))(
    '%s may not be %s',
    async (_field, address, make) => {
      const failure = await accept(make(address)).catch((error: unknown) => error);
      expect(failure).toMatchObject({ code: 'invalid_client_metadata' });
      // Nobody learns what a name stands for inside.
      expect((failure as Error).message).not.toMatch(/\d+\.\d+/);
      expect(asked).toEqual([]);
    },
  );
  test('may be public, or not there yet', async () => {
    expect(await verdict(accept({ jwksUri: 'https://sector.test/jwks' }))).toBe('ok');
    expect(await verdict(accept({ jwksUri: 'https://not-yet.test/jwks' }))).toBe('ok');
  });
});
