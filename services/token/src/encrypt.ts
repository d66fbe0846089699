// Encrypts answers to the keys their client registered: ID tokens always signed first, userinfo signed or not
// (OpenID Connect Core §10.2, §16.14; RFC 7516 §5.1).
import type { ResponseEncryption } from '@cardea/oauth';
import { OAuthError, responseEncryption } from '@cardea/oauth';
import type { clientV1 } from '@cardea/rpc';
import { CompactEncrypt } from 'jose';
import type { ClientKeys } from './client-keys.js';
import { OutboundError } from './outbound/index.js';
import type { Signer } from './sign.js';

/**
 * @param content the answer; `jwt` says that it is one
 * @throws {OAuthError} invalid_request without a key of the client's, temporarily_unavailable when they cannot be read
 */
export type Encrypt = (
  client: clientV1.Client,
  how: ResponseEncryption,
  content: { readonly bytes: Buffer; readonly jwt: boolean },
) => Promise<string>;

export function createEncrypt(keys: Pick<ClientKeys, 'list'>): Encrypt {
  const keyOf = async (client: clientV1.Client, alg: string) => {
    try {
      return (await keys.list(client, { kid: undefined, alg, use: 'enc' }))[0];
    } catch (error) {
      if (!(error instanceof OutboundError)) throw error;
      throw new OAuthError('temporarily_unavailable', 'The keys of the client could not be read.', { cause: error });
    }
  };
  return async (client, { alg, enc }, { bytes, jwt }) => {
    const found = await keyOf(client, alg);
    if (found === undefined)
      throw new OAuthError('invalid_request', `The client has no key to encrypt to with ${alg}.`);
    const kid = found.kid === undefined ? {} : { kid: found.kid };
    return new CompactEncrypt(bytes)
      .setProtectedHeader({ alg, enc, ...kid, ...(jwt && { cty: 'JWT' }) })
      .encrypt(found.key);
  };
}

/** The same signer, whose ID tokens are encrypted where their client registered that. */
export function encryptingSigner(signer: Signer, encrypt: Encrypt): Signer {
  return {
    ...signer,
    idToken(client, ...rest) {
      const how = responseEncryption(client.idTokenEncryptedResponseAlg, client.idTokenEncryptedResponseEnc);
      const signed = signer.idToken(client, ...rest);
      return how === undefined
        ? signed
        : signed.then((jwt) => encrypt(client, how, { bytes: Buffer.from(jwt), jwt: true }));
    },
  };
}
