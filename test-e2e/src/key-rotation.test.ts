// Ten rotations of every key under load, and relying parties with old copies of the key set that never ask for an unknown key:
// none refuses a good token, and what retired keys signed stays good (OpenID Connect Core §10.1.1, security catalogue E23).
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { createLocalJWKSet, decodeProtectedHeader, jwtVerify } from 'jose';
import type { JSONWebKeySet } from 'jose';
import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { createBrowserSession, locationOf } from './browser-session.js';
import type { CreatedClient } from './clients.js';
import { createClient, issueToken } from './clients.js';
import { authorizationUrl, freshCode, introspect, redeem } from './code-flow.js';
import type { Demo } from './demo.js';
import { startDemo } from './demo.js';
import type { Caller } from './grpc.js';
import { createCaller, methodsOf } from './grpc.js';

// Time is compressed: an hour passes between the publication of a key and its promotion, and is over when every relying party
// has read the key set once. No clock of this machine has a say in it.
const rotations = 10;
const sets = { access: 'hydra.jwt.access-token', id: 'hydra.openid.id-token' } as const;
type Purpose = keyof typeof sets;
const algorithms = ['RS256', 'ES256'] as const;

let demo: Demo;
let keys: Caller | undefined;

beforeAll(async () => {
  demo = await startDemo();
  const config = readFileSync(path.join(demo.home, 'config', 'shared.yaml'), 'utf8');
  keys = createCaller(/unix:[^"'\s]+keys\.sock/.exec(config)?.[0] ?? '');
}, 150_000);

afterAll(async () => {
  keys?.close();
  await demo.stop();
});

/** What `cardea keys` asks for an operator. @throws what the keys service says instead */
async function operate(method: string, request: object): Promise<{ key: { keyId: string } }> {
  const { code, details, response } = await keys!.unary(methodsOf('cardea.keys.v1.KeyAdminService')[method]!, request);
  if (code !== 0) throw new Error(`${method}: ${String(code)} ${details}`);
  return response as { key: { keyId: string } };
}

const readKeySet = async () => (await (await fetch(`${demo.public}/.well-known/jwks.json`)).json()) as JSONWebKeySet;

/** Reads the key set when an hour is over, and never because it does not know a key. */
function createRelyingParty() {
  let copy: ReturnType<typeof createLocalJWKSet>;
  return {
    async anHourIsOver(): Promise<void> {
      copy = createLocalJWKSet(await readKeySet());
    },
    /** @throws when it would refuse the token */
    async accept(token: string): Promise<void> {
      await jwtVerify(token, copy, { issuer: demo.issuer });
    },
  };
}

/** Publishes a successor for every key, and waits until all stand in the key set. */
async function publishNext(): Promise<string[]> {
  const wanted = Object.values(sets).flatMap((keySet) => algorithms.map((algorithm) => ({ keySet, algorithm })));
  const answers = wanted.map((key) =>
    operate('CreateKey', { requestId: randomUUID(), ...key, activateAfterSeconds: 3_600 }),
  );
  const made = (await Promise.all(answers)).map(({ key }) => key.keyId);
  for (let tries = 0; ; tries++) {
    const published = (await readKeySet()).keys.map(({ kid }) => kid);
    if (made.every((kid) => published.includes(kid))) return made;
    if (tries === 300) throw new Error('a key is not published');
    await sleep(100);
  }
}

test('E23: no relying party with an hour-old copy refuses a token in ten rotations, nor what retired keys signed', async () => {
  const client = (alg: string) =>
    createClient(demo.admin, {
      ...{ access_token_strategy: 'jwt', access_token_signed_response_alg: alg, id_token_signed_response_alg: alg },
    });
  const clients = { RS256: await client('RS256'), ES256: await client('ES256') };
  const parties = Array.from({ length: 5 }, createRelyingParty);
  for (const party of parties) await party.anHourIsOver();
  /** Every token, by the key that signed it. */
  const signed = new Map<string, { purpose: Purpose; alg: string; tokens: string[] }>();
  const failures: string[] = [];
  let verified = 0;
  let stopped = false;

  const check = async (purpose: Purpose, token: string): Promise<void> => {
    const { alg = '', kid = '' } = decodeProtectedHeader(token);
    const known = signed.get(kid) ?? { purpose, alg, tokens: [] };
    known.tokens.push(token);
    signed.set(kid, known);
    for (const party of parties) {
      await party.accept(token).then(
        () => verified++,
        (error: unknown) => failures.push(`${purpose} ${alg} ${kid}: ${(error as Error).message}`),
      );
    }
  };
  const again = async (work: () => Promise<void>) => {
    while (!stopped && failures.length === 0) {
      await work().catch((error: unknown) => failures.push((error as Error).message));
    }
  };
  const flow = async (who: CreatedClient) => {
    const { body } = await redeem(demo, who, await freshCode(demo, who));
    await check('id', body.id_token ?? '');
    await check('access', body.access_token ?? '');
  };
  const load = Promise.all(
    Object.values(clients).flatMap((who) => [
      again(async () => check('access', await issueToken(demo.public, who))),
      again(() => flow(who)),
    ]),
  );

  const rotate = async (): Promise<void> => {
    const next = await publishNext();
    for (const party of parties) await party.anHourIsOver();
    await Promise.all(next.map((keyId) => operate('PromoteKey', { keyId })));
    // Under load until each of them has signed, and was verified by whoever read the key set before it did.
    while (failures.length === 0 && !next.every((kid) => (signed.get(kid)?.tokens.length ?? 0) >= 3)) await sleep(20);
  };
  try {
    for (let round = 0; round < rotations && failures.length === 0; round++) await rotate();
  } finally {
    stopped = true;
    await load;
  }

  expect(failures).toEqual([]);
  expect(verified).toBeGreaterThan(rotations * 4 * 3 * parties.length);
  expect(signed.size).toBe((rotations + 1) * 4);
  // What retired keys signed is accepted by whoever reads the key set now, and by us.
  const [late] = parties;
  await late?.anHourIsOver();
  for (const { tokens } of signed.values()) for (const token of tokens) await late?.accept(token);
  for (const alg of algorithms) {
    const oldest = (purpose: Purpose) =>
      [...signed.values()].find((known) => known.purpose === purpose && known.alg === alg)?.tokens[0] ?? '';
    expect(await introspect(demo, oldest('access'))).toMatchObject({ active: true });
    await acceptsHint(clients[alg], oldest('id'));
  }
  const log = readFileSync(path.join(demo.home, 'logs', 'keys.log'), 'utf8').split('\n');
  expect(log.filter((line) => line.includes('"a key signs"'))).toHaveLength((rotations + 1) * 4);
  expect(log.filter((line) => line.includes('"act":"promote"'))).toHaveLength(rotations * 4);
}, 240_000);

/** A hint signed by a key that signs no more is taken; one that was bent is not. */
async function acceptsHint(client: CreatedClient, hint: string): Promise<void> {
  const answer = async (idTokenHint: string) => {
    const url = authorizationUrl(demo, client, { prompt: 'none', id_token_hint: idTokenHint });
    const back = new URL(await locationOf(await createBrowserSession().visit(url)));
    return back.searchParams.get('error');
  };
  // Nobody is logged in in this browser: the hint was understood, and its subject is not there.
  expect(await answer(hint)).toBe('login_required');
  const [head, payload = '', signature] = hint.split('.');
  const bent = Buffer.from(payload, 'base64url').toString().replace('"alice"', '"mallory"');
  expect(await answer([head, Buffer.from(bent).toString('base64url'), signature].join('.'))).toBe('invalid_request');
}
