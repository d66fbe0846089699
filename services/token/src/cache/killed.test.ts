// A process that is killed between its COMMIT and telling the caches leaves nobody active: what it owed stands in PostgreSQL, and
// the others pay it (security F07, INV2).
import { afterAll, beforeAll, beforeEach, expect, test } from '@jest/globals';
import { Redis } from 'ioredis';
import type { ChildProcessByStdio } from 'node:child_process';
import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import type { Readable, Writable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { needed } from '../database.fixture.js';
import type { Wire } from '../tcp-proxy.fixture.js';
import { createWire, over } from '../tcp-proxy.fixture.js';
import type { TokenService } from '../tokens.fixture.js';
import { createTokenService, secrets } from '../tokens.fixture.js';
import type { Doom } from './doomed.fixture.js';

/** A database of Redis that no other suite flushes. */
const redisUrl = `${needed('CARDEA_TEST_REDIS_URL').replace(/\/\d*$/, '')}/6`;
/** Built, for plain Node: `npm test` sees to it. */
const script = fileURLToPath(new URL('../../dist/cache/doomed.fixture.js', import.meta.url));

let direct: Redis;
let services: readonly TokenService[];
let wire: Wire;
let child: ChildProcessByStdio<Writable, Readable, null> | undefined;

beforeAll(async () => {
  direct = new Redis(redisUrl);
  await direct.flushdb();
  const first = await createTokenService({ redisUrl });
  const { database, clock } = first;
  services = [first, await createTokenService({ redisUrl, database, clock })];
  for (const clientId of ['app', 'other', 'falling', 'losing', 'rotating'])
    await first.client({ clientId }, `secret of ${clientId}`);
});
beforeEach(async () => {
  wire = await createWire(redisUrl);
});
afterAll(async () => {
  child?.kill('SIGKILL');
  await services[1]?.close();
  await services[0]?.close();
  direct.disconnect();
});

const it = () => services[0] as TokenService;
const auth = (clientId: string) => it().basic(clientId, `secret of ${clientId}`);
const query = (text: string, values: unknown[] = []) => it().database.pool.query<Record<string, unknown>>(text, values);
const keyOf = (token: string) => it().handles.open('access_token', token)!.key;
const activeAt = (token: string) => Promise.all(services.map((service) => service.active(token)));

/** A family of a client, for a person of its own. */
const family = async (clientId: string) => {
  const { accessToken, refreshToken, grantId } = await it().redeemed(clientId, auth(clientId));
  const [subject, sessionId] = [randomUUID(), randomUUID()];
  await query('UPDATE cardea.consent_grant SET subject = $2, session_id = $3 WHERE id = $1', [
    grantId,
    subject,
    sessionId,
  ]);
  return { token: accessToken, refreshToken, grantId, subject, sessionId };
};
const ownToken = async (clientId: string) =>
  (await it().token({ grant_type: 'client_credentials' }, auth(clientId))).accessToken;

async function until(what: string, condition: () => Promise<boolean>): Promise<void> {
  for (const from = Date.now(); !(await condition()); await sleep(20)) {
    if (Date.now() - from > 30_000) throw new Error(`not within 30 s: ${what}`);
  }
}
/** Settles when Redis answers for the token. */
const remembered = (token: string) =>
  until('the cache knows the token', async () => {
    expect(await activeAt(token)).toEqual([true, true]);
    const names = await direct.keys(`cardea:at:*:${keyOf(token).toString('base64url')}`);
    const lengths = await Promise.all(names.map((name) => direct.strlen(name)));
    // Shorter is who is about to fill it.
    return lengths.some((length) => length > 40);
  });

/** Starts a process, lets it end tokens in every way there is, and kills it when it has committed and nobody has heard. */
async function kill(): Promise<{ tokens: string[]; doom: Doom }> {
  const [fall, withdraw, ofClient, ofSession, ofSubject, rotated] = [
    await family('app'),
    await family('other'),
    await family('falling'),
    await family('app'),
    await family('other'),
    await family('rotating'),
  ];
  const [own, lost] = [await ownToken('app'), await ownToken('losing')];
  const tokens = [
    ...[fall, withdraw, ofClient, ofSession, ofSubject].map(({ token }) => token),
    own,
    lost,
    rotated.token,
  ];
  const { key, expiresAt } = it().handles.open('access_token', own)!;
  const doom: Doom = {
    dsn: it().database.dsn,
    redisUrl: over(wire, redisUrl),
    secrets,
    grants: { fall: fall.grantId, withdraw: withdraw.grantId },
    clients: { fall: 'falling', access: 'losing' },
    sessionId: ofSession.sessionId,
    subject: ofSubject.subject,
    own: { key: key.toString('base64url'), expiresAt },
    rotation: {
      token: rotated.refreshToken,
      key: it().handles.open('refresh_token', rotated.refreshToken)!.key.toString('base64url'),
      grantId: rotated.grantId,
      clientId: 'rotating',
      now: it().clock.millis,
    },
  };
  child = spawn(process.execPath, [script, JSON.stringify(doom)], {
    stdio: ['pipe', 'pipe', 'inherit'],
    env: { ...process.env, NODE_OPTIONS: '' },
  });
  const [word] = (await once(child.stdout, 'data')) as [Buffer];
  expect(word.toString()).toBe('ready\n');
  for (const token of tokens) await remembered(token);
  // From here on it can tell Redis nothing.
  wire.hang();
  child.stdin.write('go\n');
  await until('all is committed', async () => {
    const { rows } = await query('SELECT FROM cardea.access_token WHERE key = ANY($1::bytea[])', [tokens.map(keyOf)]);
    return rows.length === 0;
  });
  const gone = once(child, 'exit');
  child.kill('SIGKILL');
  await gone;
  await wire.close();
  return { tokens, doom };
}

test.each([1, 2, 3, 4, 5])(
  'F07: killed between COMMIT and the caches, round %i: nobody believes the tokens long',
  async () => {
    const { tokens } = await kill();
    for (const token of tokens) {
      // Entries live for a minute: without the debt this would not end in time.
      await until('nobody calls it active', async () => !(await activeAt(token)).includes(true));
    }
    await until('the debts are struck off', async () => (await query('SELECT FROM cardea.cache_debt')).rowCount === 0);
    // And the caches are used again.
    const next = await ownToken('app');
    await remembered(next);
  },
  120_000,
);

test('F07: who asks again after that is answered when no cache knows the tokens any more', async () => {
  const { tokens, doom } = await kill();
  const { families, issuedTokens } = (services[1] as TokenService).rooms;
  const all = { after: undefined, before: undefined };
  const again = { grant_type: 'refresh_token', refresh_token: doom.rotation.token };
  const [refreshed] = await Promise.all([
    (services[1] as TokenService).token(again, auth('rotating')),
    families.fall(doom.grants.fall),
    families.withdraw({ grantId: doom.grants.withdraw }),
    families.fallOfClient(doom.clients.fall),
    families.endAccessOfClient(doom.clients.access),
    issuedTokens.endOfSession(doom.sessionId),
    issuedTokens.end({ subject: doom.subject, clientId: undefined, ...all }),
    (services[1] as TokenService).revoke({ token: tokens[5]! }, auth('app')),
  ]);
  expect(refreshed.accessToken).toBe('successor');
  for (const token of tokens) expect(await activeAt(token)).toEqual([false, false]);
}, 120_000);
