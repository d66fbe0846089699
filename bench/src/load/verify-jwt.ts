// Checks a JWT against the provider's published keys: signature, key id, issuer, expiry (RFC 7515 §5.2, RFC 7519 §7.2).
import { constants, createPublicKey, verify } from 'node:crypto';
import { parseObject, WrongAnswer } from './lane.js';

/** A published key (RFC 7517). */
export type Jwk = Readonly<Record<string, string>>;

const parameters = {
  RS256: { padding: constants.RSA_PKCS1_PADDING },
  ES256: { dsaEncoding: 'ieee-p1363' },
} as const;

/** @param now milliseconds since the epoch. @returns header and claims @throws {WrongAnswer} */
export function verifyJwt(
  jwt: string,
  expected: { keys: readonly Jwk[]; issuer: string; now: number },
): { algorithm: string; claims: Record<string, unknown> } {
  const [head = '', payload = '', signature = ''] = jwt.split('.');
  const header = parseObject(Buffer.from(head, 'base64url').toString(), 'the header of a JWT');
  const algorithm = header['alg'];
  const key = expected.keys.find((candidate) => candidate['kid'] === header['kid']);
  if (algorithm !== 'RS256' && algorithm !== 'ES256') throw new WrongAnswer(`a JWT signed with ${String(algorithm)}`);
  if (key === undefined) throw new WrongAnswer(`a JWT whose key is not published: ${String(header['kid'])}`);
  const valid = verify(
    'sha256',
    Buffer.from(`${head}.${payload}`),
    { key: createPublicKey({ format: 'jwk', key }), ...parameters[algorithm] },
    Buffer.from(signature, 'base64url'),
  );
  if (!valid) throw new WrongAnswer('a JWT whose signature is wrong');
  const claims = parseObject(Buffer.from(payload, 'base64url').toString(), 'the claims of a JWT');
  if (claims['iss'] !== expected.issuer) throw new WrongAnswer(`a JWT of the issuer ${String(claims['iss'])}`);
  if (!(Number(claims['exp']) * 1000 > expected.now)) throw new WrongAnswer('a JWT that has expired already');
  return { algorithm, claims };
}
