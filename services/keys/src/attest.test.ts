// What a signer says of itself, asked of a real process with sealed keys and with a SoftHSM token.
import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import type { JsonWebKey } from 'node:crypto';
import { createPrivateKey, generateKeyPairSync } from 'node:crypto';
import type { TestDatabase } from './database.fixture.js';
import { createTestDatabase, needed, newKek } from './database.fixture.js';
import { createTestToken } from './hsm-token.fixture.js';
import type { KeysProcess, Programs } from './installation.fixture.js';
import { bootstrap, bundlePrograms, issuer, startKeys, until } from './installation.fixture.js';
import { idTokenRequest, readJwt } from './requests.fixture.js';
import { verifyAttestation } from './verify-attestation.js';

// Real processes on a machine that may be busy.
jest.setTimeout(300_000);

interface Attested {
  readonly backend: Record<string, Record<string, string> | string[] | string>;
  readonly keys: readonly { readonly kid: string; readonly attributes?: Record<string, boolean> }[];
  readonly [name: string]: unknown;
}

describe.each(['sealed', 'hsm'] as const)('a signer with %s keys', (kind) => {
  let database: TestDatabase;
  let programs: Programs;
  let keys: KeysProcess;
  let environment: Record<string, string>;
  const cleanUps: (() => unknown)[] = [];

  beforeAll(async () => {
    database = await createTestDatabase();
    cleanUps.push(() => database.drop());
    programs = bundlePrograms();
    cleanUps.push(() => programs.remove());
    environment = { DSN: database.dsn };
    if (kind === 'hsm') {
      const token = createTestToken();
      cleanUps.push(() => token.remove());
      Object.assign(environment, token.environment);
    } else environment['KEYS_KEK'] = newKek();
    await bootstrap(programs, environment);
    keys = await startKeys(programs, environment);
    cleanUps.push(() => keys.stop());
  });
  afterAll(async () => {
    for (const cleanUp of cleanUps.reverse()) await cleanUp();
  });

  const jwks = async () =>
    (await keys.admin.listKeys({ keySet: '' })).keys.map(({ jwkJson }) => JSON.parse(jwkJson) as JsonWebKey);
  const attest = async (nonce: string) => {
    const { jwt } = await keys.admin.attest({ nonce });
    return verifyAttestation(jwt, { keys: await jwks(), issuer, nonce: nonce === '' ? undefined : nonce }) as Attested;
  };

  test('attests backend, algorithms, keys and the head of the record', async () => {
    const before = await keys.signing.signIdToken(idTokenRequest());
    expect(before.jwt).not.toBe('');
    const { rows } = await database.client.query<{ sequence: string; hash: Buffer }>(
      'SELECT * FROM cardea_keys_audit.head',
    );
    const said = await attest('n-0S6');
    expect(said).toMatchObject({
      ...{ iss: issuer, nonce: 'n-0S6', software: { name: 'cardea', node: process.version }, backend: { kind } },
      record: { enabled: true, rows: Number(rows[0]?.sequence), head: rows[0]?.hash.toString('hex') },
    });
    expect(said['algorithms']).toContainEqual({ alg: 'ES256', kty: 'EC', crv: 'P-256' });
    const published = await jwks();
    expect(said.keys.map(({ kid }) => kid)).toEqual(published.map((jwk) => jwk['kid']));
    expect(said).not.toHaveProperty('sub');
    expect(said).not.toHaveProperty('aud');
  });

  test('says what its keys may do, and where they are', async () => {
    const { backend, keys: described } = await attest('');
    for (const { attributes } of described) {
      expect(attributes).toEqual(
        kind === 'hsm'
          ? {
              ...{ sign: true, decrypt: false, unwrap: false, derive: false, sensitive: true, always_sensitive: true },
              ...{ extractable: false, never_extractable: true, local: true },
            }
          : { sign: true, extractable: true, sealed: true, sealed_by_first_kek: true },
      );
    }
    if (kind === 'hsm') {
      expect(backend).toMatchObject({
        library: {
          path: needed('CARDEA_TEST_HSM_LIBRARY'),
          ...{ description: expect.stringContaining('PKCS11'), manufacturer: 'SoftHSM', version: expect.any(String) },
        },
        token: { label: 'cardea', model: 'SoftHSM v2', serial: expect.stringMatching(/^[0-9a-f]{16}$/) },
        mechanisms: expect.arrayContaining(['CKM_ECDSA', 'CKM_SHA256_RSA_PKCS', 'CKM_EC_EDWARDS_KEY_PAIR_GEN']),
      });
    } else expect(backend).toEqual({ kind, seal: 'AES-256-GCM', openssl: process.versions.openssl });
  });

  test('is itself in the record, and passes for nothing else', async () => {
    const { jwt } = await keys.admin.attest({ nonce: '' });
    expect(readJwt(jwt).header['typ']).toBe('cardea-attestation+jwt');
    const { rows } = await database.client.query(
      `SELECT purpose, outcome FROM cardea_keys_audit.signature WHERE token_id = $1`,
      [readJwt(jwt).claims['jti']],
    );
    expect(rows).toEqual([{ purpose: 'attestation', outcome: 'signed' }]);
  });

  test('a nonce that is no nonce is refused', async () => {
    await expect(keys.admin.attest({ nonce: 'with space' })).rejects.toMatchObject({ code: 'invalid_request' });
  });

  test('what was tampered with, is of another signer, or answers another question is not believed', async () => {
    const { jwt } = await keys.admin.attest({ nonce: 'one' });
    const known = { keys: await jwks(), issuer, nonce: 'one' };
    const [head = '', body = '', signature = ''] = jwt.split('.');
    const said = JSON.parse(Buffer.from(body, 'base64url').toString()) as object;
    const forged = Buffer.from(JSON.stringify({ ...said, backend: { kind: 'hsm' } })).toString('base64url');
    expect(verifyAttestation(`${jwt}\n`, known)).toMatchObject({ nonce: 'one' });
    const { jwt: idToken } = await keys.signing.signIdToken(idTokenRequest());
    const other = generateKeyPairSync('ec', { namedCurve: 'P-256' }).publicKey.export({ format: 'jwk' });
    const sameKid = { ...other, kid: readJwt(jwt).header['kid'], alg: readJwt(jwt).header['alg'] };
    const cases: [string, Parameters<typeof verifyAttestation>[1], string][] = [
      [`${head}.${forged}.${signature}`, known, 'signature'],
      [idToken, known, 'its typ is not'],
      [jwt, { ...known, nonce: 'two' }, 'nonce'],
      [jwt, { ...known, issuer: 'https://other.example/' }, 'its issuer is'],
      [jwt, { ...known, keys: [] }, 'no published key'],
      [`${head}.${body}`, known, 'signature'],
      ['', known, 'no compact JWS'],
    ];
    for (const [text, expected, reason] of cases) expect(() => verifyAttestation(text, expected)).toThrow(reason);
    const { alg: _alg, ...without } = sameKid;
    expect(() => verifyAttestation(jwt, { ...known, keys: [without] })).toThrow('its alg is not that of its key');
  });

  test('while the backend or the record is away, nothing is attested', async () => {
    await database.admit(false);
    await expect(keys.admin.attest({ nonce: '' })).rejects.toMatchObject({ code: 'temporarily_unavailable' });
    await database.admit(true);
    await keys.becomes(true);
    // Connections that were refused may still be found out one by one.
    await until(() =>
      attest('again').then(
        () => true,
        () => false,
      ),
    );
  });

  test('shows a key that was brought in as one that was', async () => {
    const pem = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey.export({ format: 'pem', type: 'pkcs8' });
    const privateKey = createPrivateKey(pem).export({ format: 'der', type: 'pkcs8' });
    const request = { keySet: 'hydra.openid.id-token', keyId: 'old-1', algorithm: 'ES256', activateAfterSeconds: 0 };
    const importing = keys.admin.importKey({ ...request, privateKey, confirmation: 'old-1' });
    if (kind === 'hsm') {
      await expect(importing).rejects.toMatchObject({ code: 'invalid_request' });
      return;
    }
    await importing;
    await until(async () => (await attest('')).keys.some(({ kid }) => kid === 'old-1'));
  });
});
