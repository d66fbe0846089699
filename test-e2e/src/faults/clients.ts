// The clients that the driver plays, as an operator would create them.
import { exportJWK, generateKeyPair, SignJWT } from 'jose';
import { basic, createClient } from '../clients.js';
import { callback } from './code-hand.js';
import type { Client } from './memory.js';

export interface Clients {
  /** For codes, refresh tokens and tokens of its own. */
  readonly app: Client;
  /** Its access tokens are JWTs: each costs a signature. */
  readonly signing: Client;
  /** Proves itself with a key. */
  readonly keyed: KeyedClient;
}

export interface KeyedClient extends Client {
  /** Proof of itself for one request (RFC 7523 §3). */
  assertion(jti: string): Promise<string>;
}

/** @param admin origin of the admin API @param issuer who is addressed by assertions */
export async function createClients(admin: string, issuer: string): Promise<Clients> {
  const create = async (strategy: 'opaque' | 'jwt'): Promise<Client> => {
    const created = await createClient(admin, { redirect_uris: [callback], access_token_strategy: strategy });
    return { id: created.client_id, signing: strategy === 'jwt', headers: { authorization: basic(created) } };
  };
  return { app: await create('opaque'), signing: await create('jwt'), keyed: await createKeyed(admin, issuer) };
}

async function createKeyed(admin: string, issuer: string): Promise<KeyedClient> {
  const { publicKey, privateKey } = await generateKeyPair('ES256');
  const { client_id: id } = await createClient(admin, {
    redirect_uris: [callback],
    token_endpoint_auth_method: 'private_key_jwt',
    token_endpoint_auth_signing_alg: 'ES256',
    jwks: { keys: [{ ...(await exportJWK(publicKey)), kid: 'own', alg: 'ES256', use: 'sig' }] },
  });
  return {
    id,
    signing: false,
    headers: {},
    assertion: (jti) =>
      new SignJWT({ iss: id, sub: id, aud: issuer, jti })
        .setProtectedHeader({ alg: 'ES256', kid: 'own' })
        .setIssuedAt()
        .setExpirationTime('5m')
        .sign(privateKey),
  };
}

/** The client that an answer of the admin API tells of; undefined when it tells of none. */
export function keepingCredentials(body: Readonly<Record<string, unknown>>): Client | undefined {
  const { client_id: id, client_secret: secret } = body;
  if (typeof id !== 'string' || typeof secret !== 'string') return undefined;
  return { id, signing: false, headers: { authorization: basic({ client_id: id, client_secret: secret }) } };
}
