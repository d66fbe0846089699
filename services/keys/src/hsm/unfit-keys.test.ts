// Keys in the token that must not be trusted, made so on purpose in a real SoftHSM, and a token that signs wrongly: refused when
// the service starts, with the reason, while the other keys sign (security §3.I I09, I13).
import { afterAll, beforeAll, expect, jest, test } from '@jest/globals';
import type { TestDatabase } from '../database.fixture.js';
import { createTestDatabase } from '../database.fixture.js';
import type { KeysProcess, Programs } from '../installation.fixture.js';
import { bootstrap, bundlePrograms, runProgram, startKeys, until } from '../installation.fixture.js';
import { accessTokenRequest, idTokenRequest, isSignedBy } from '../requests.fixture.js';
import type { FaultyToken } from './fault-shim.fixture.js';
import { corrupt, createFaultyToken } from './fault-shim.fixture.js';

// Real processes on a machine that may be busy.
jest.setTimeout(300_000);

const [idTokenSet, accessTokenSet] = ['hydra.openid.id-token', 'hydra.jwt.access-token'];
/** By key id: the algorithm, and why it must not sign. */
const reasons: Readonly<Record<string, readonly [algorithm: string, reason: string]>> = {
  extractable: ['ES256', 'can be taken out of the token (CKA_EXTRACTABLE)'],
  readable: ['ES384', 'can be read in the token (CKA_SENSITIVE)'],
  'cannot-sign': ['ES512', 'may not sign (CKA_SIGN)'],
  'may-derive': ['RS384', 'may do more than sign (CKA_DERIVE)'],
  'may-unwrap': ['PS384', 'may do more than sign (CKA_UNWRAP)'],
  'public-only': ['EdDSA', 'is not in the token'],
  'private-only': ['RS256', 'has no public half in the token'],
  twice: ['PS256', 'is in the token more than once'],
  'mixed-rsa': ['RS512', 'has halves that do not match'],
};
let programs: Programs;
let database: TestDatabase;
let token: FaultyToken;
let keys: KeysProcess;

beforeAll(async () => {
  programs = bundlePrograms();
  token = createFaultyToken();
  database = await createTestDatabase();
  await bootstrap(programs, environment());
  const jwks = JSON.parse(await runProgram(programs, 'make-objects', environment())) as Record<string, unknown>;
  const register = (kid: string, keySet: string, algorithm: string) =>
    database.client.query(
      `INSERT INTO cardea_keys.key (kid, key_set, algorithm, backend, public_jwk, created_at, activates_at)
       VALUES ($1, $2, $3, 'hsm', $4, now(), now())`,
      [kid, keySet, algorithm, JSON.stringify(jwks[kid])],
    );
  for (const [kid, [algorithm]] of Object.entries(reasons)) await register(kid, idTokenSet, algorithm);
  await register('mixed-ec', accessTokenSet, 'ES256');
  keys = await startKeys(programs, environment());
});
afterAll(async () => {
  await keys.stop();
  token.remove();
  await database.drop();
  programs.remove();
});

const environment = () => ({ DSN: database.dsn, ...token.environment });
const refusals = () =>
  keys
    .log()
    .split('\n')
    .filter((line) => line.includes('a key must not sign'))
    .map((line) => JSON.parse(line) as { kid: string; reason: string });

test.each(Object.entries(reasons))('I09: the key that is %s does not sign', async (kid, [algorithm, reason]) => {
  expect(refusals()).toContainEqual(expect.objectContaining({ kid, reason: `key ${kid} ${reason}` }));
  await expect(keys.signing.signIdToken(idTokenRequest({ algorithm }))).rejects.toMatchObject({
    code: 'temporarily_unavailable',
  });
});

test('I09: a private half of an elliptic curve that is another than the public half says is found out by a signature', async () => {
  expect(refusals()).toContainEqual(
    expect.objectContaining({ kid: 'mixed-ec', reason: 'its halves do not belong together' }),
  );
  await expect(keys.signing.signAccessToken(accessTokenRequest())).rejects.toMatchObject({
    code: 'temporarily_unavailable',
  });
});

test('I09: readiness names a key and the reason, and a key that is as it must be signs', async () => {
  const { ok, reasons: said } = await keys.ready();
  expect(ok).toBe(false);
  expect(said).toContain('must not sign');
  const { jwt } = await keys.signing.signAccessToken(accessTokenRequest({ algorithm: 'RS256' }));
  expect(isSignedBy((await keys.signing.listPublicKeys({})).keys, accessTokenSet, jwt)).toBe(true);
});

test('I09: a token that signs wrongly is not believed, until it signs rightly', async () => {
  token.rules(corrupt());
  const other = await startKeys(programs, environment());
  const sign = () => other.signing.signAccessToken(accessTokenRequest({ algorithm: 'RS256' }));
  try {
    await expect(sign()).rejects.toMatchObject({ code: 'temporarily_unavailable' });
    expect(other.log().match(/its halves do not belong together/g)?.length).toBeGreaterThanOrEqual(2);
    token.rules();
    await until(() =>
      sign().then(
        () => true,
        () => false,
      ),
    );
    expect(other.log()).toContain('fit to sign after all');
  } finally {
    token.rules();
    await other.stop();
  }
});

test('I13: who has the PIN and the library gets no private key out of the token, nor becomes its officer', async () => {
  const { rows } = await database.client.query<{ kid: string }>(
    `SELECT kid FROM cardea_keys.key WHERE key_set = $1 AND algorithm = 'ES256' AND kid <> 'extractable'`,
    [idTokenSet],
  );
  const aim = { INTRUDER_KID: rows[0]?.kid ?? '' };
  const said = await runProgram(programs, 'intruder', { ...environment(), ...aim });
  const report = JSON.parse(said) as Record<string, string>;
  expect(report).toEqual({
    read: 'CKR_ATTRIBUTE_SENSITIVE',
    wrap: 'CKR_KEY_UNEXTRACTABLE',
    copy: expect.stringMatching(/^CKR_/),
    makeExtractable: expect.stringMatching(/^CKR_/),
    makeReadable: expect.stringMatching(/^CKR_/),
    securityOfficer: 'CKR_PIN_INCORRECT',
  });
});
