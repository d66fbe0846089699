// JWTs by which a client says that it is itself (RFC 7523 §2.2), made beforehand: signing them is the client's work.
import { generateKeyPairSync, randomUUID, sign } from 'node:crypto';

const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });

/** The public half, as a client registers it. */
export const assertionKeys = {
  keys: [{ ...publicKey.export({ format: 'jwk' }), use: 'sig', alg: 'ES256', kid: 'bench' }],
};

/** Slices are over by then. */
const validSeconds = 600;
const encode = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');
const head = encode({ alg: 'ES256', kid: 'bench' });

/** @returns parameters of as many requests to the token endpoint, each of which is good once */
export function createAssertions(
  issuer: string,
  { clientId }: { readonly clientId: string },
  count: number,
): Record<'client_assertion_type' | 'client_assertion', string>[] {
  const iat = Math.floor(Date.now() / 1000);
  return Array.from({ length: count }, () => {
    const claims = { iss: clientId, sub: clientId, aud: issuer, jti: randomUUID(), iat, exp: iat + validSeconds };
    const input = `${head}.${encode(claims)}`;
    const signature = sign('sha256', Buffer.from(input), { key: privateKey, dsaEncoding: 'ieee-p1363' });
    return {
      client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
      client_assertion: `${input}.${signature.toString('base64url')}`,
    };
  });
}
