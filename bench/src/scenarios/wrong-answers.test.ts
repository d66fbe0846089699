// A provider that is fast and wrong: every such answer must fail the run, in the slice or when its sample is looked into.
import { afterAll, beforeAll, beforeEach, expect, test } from '@jest/globals';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Lane } from '../load/lane.js';
import { closeLanes, openLanes } from '../load/lane.js';
import { driveSlice } from '../load/slice.js';
import { scenarios } from './index.js';
import { createStage } from './stage.js';

/** What it answers, by path; the client is as it should be. */
const right: Readonly<Record<string, object>> = { '/admin/clients': { client_id: 'c', client_secret: 's' } };
let answers: Record<string, object> = {};
let tokens = 0;

const server = createServer((request, response) => {
  const path = request.url ?? '';
  request.resume().on('end', () => {
    const fresh = path === '/oauth2/token' ? { access_token: `t${String(tokens++)}` } : {};
    response.statusCode = path === '/admin/clients' ? 201 : 200;
    response.end(JSON.stringify({ ...fresh, ...right[path], ...answers[path] }));
  });
});
let lanes: Lane[] = [];
let origin = '';

beforeAll(async () => {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  origin = `http://127.0.0.1:${String((server.address() as AddressInfo).port)}`;
  lanes = openLanes({ public: origin, admin: origin }, 3);
});
beforeEach(() => void (answers = {}));
afterAll(() => {
  closeLanes(lanes);
  server.closeAllConnections();
  server.close();
});

/** A slice and its checks, as the driver does them. */
async function run(name: string): Promise<void> {
  const target = { public: origin, admin: origin, issuer: origin, introspection: '', hsm: false, pids: {} };
  const [aside, ...loaded] = lanes as [Lane, ...Lane[]];
  const numbered = loaded.map((lane, index) => ({ ...lane, index }));
  const scenario = scenarios.find((each) => each.name === name);
  if (scenario === undefined) throw new Error(`there is no ${name}`);
  const work = await scenario.prepare(createStage(target, numbered, aside), 20);
  const { kept } = await driveSlice(work, numbered, 50, () => performance.now());
  for (const answer of kept) await work.check(answer);
}

const introspect = '/admin/oauth2/introspect';

test('one that is right passes', async () => {
  answers = { [introspect]: { active: true, client_id: 'c' } };
  await run('client-credentials');
});

test.each<[string, string, Record<string, object>, string]>([
  [
    'discovery',
    'another issuer',
    { '/.well-known/openid-configuration': { issuer: 'https://evil', jwks_uri: 'x' } },
    'discovery',
  ],
  ['jwks', 'no keys', { '/.well-known/jwks.json': { keys: [] } }, 'jwks'],
  ['client-credentials', 'one token for all', { '/oauth2/token': { access_token: 'same' } }, 'not good|given twice'],
  ['client-credentials', 'tokens that are worth nothing', { [introspect]: { active: false } }, 'not good'],
  ['client-credentials', 'tokens of others', { [introspect]: { active: true, client_id: 'd' } }, 'not good'],
  ['client-credentials-jwt', 'tokens that are no JWTs', { '/.well-known/jwks.json': { keys: [] } }, 'a JWT'],
  ['introspection', 'live tokens are dead', { [introspect]: { active: false } }, '"active":true'],
  ['introspection-cold', 'live tokens are dead', { [introspect]: { active: false } }, '"active":true'],
  ['introspection-revoked', 'dead tokens live', { [introspect]: { active: true } }, '"active":false'],
  ['revoke', 'what was revoked lives', { [introspect]: { active: true } }, 'still active'],
])('%s fails where %s', async (name, _what, wrong, message) => {
  answers = wrong;
  await expect(run(name)).rejects.toThrow(new RegExp(message));
});
