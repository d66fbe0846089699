// JWTs for tests, right ones and every kind of wrong: keys of this very moment, headers and payloads as told.
import { jwsAlgorithm } from '@cardea/oauth';
import type { KeyObject } from 'node:crypto';
import { createHmac, generateKeyPairSync, sign } from 'node:crypto';

export interface TestKey {
  readonly alg: string;
  readonly kid: string;
  readonly privateKey: KeyObject;
  readonly publicKey: KeyObject;
  /** With kid, alg and use. */
  readonly jwk: Readonly<Record<string, unknown>>;
}

const curves: Readonly<Record<string, string>> = { ES256: 'P-256', ES384: 'P-384', ES512: 'P-521' };

export function testKey(alg: string, kid = `key-${alg}`, modulusLength = 2048): TestKey {
  const curve = curves[alg];
  const pair =
    curve !== undefined
      ? generateKeyPairSync('ec', { namedCurve: curve })
      : alg === 'EdDSA'
        ? generateKeyPairSync('ed25519')
        : generateKeyPairSync('rsa', { modulusLength });
  return { alg, kid, ...pair, jwk: { ...pair.publicKey.export({ format: 'jwk' }), kid, alg, use: 'sig' } };
}

export const encode = (value: unknown) =>
  Buffer.from(typeof value === 'string' ? value : JSON.stringify(value)).toString('base64url');

/** A compact JWS; a text as header or payload stands there as it is. */
export function signed(key: TestKey, payload: unknown, header: unknown = { alg: key.alg, kid: key.kid }): string {
  const input = `${encode(header)}.${encode(payload)}`;
  const row = jwsAlgorithm(key.alg);
  if (row === undefined) throw new Error(`no algorithm ${key.alg}`);
  const signature = sign(row.node.digest, Buffer.from(input), { key: key.privateKey, ...row.node.options });
  return `${input}.${signature.toString('base64url')}`;
}

/** The same by HMAC. */
export function macked(secret: string | Buffer, payload: unknown, alg: 'HS256' | 'HS384' | 'HS512' = 'HS256'): string {
  const input = `${encode({ alg })}.${encode(payload)}`;
  const hash = alg.replace('HS', 'sha');
  return `${input}.${createHmac(hash, secret).update(input).digest('base64url')}`;
}
