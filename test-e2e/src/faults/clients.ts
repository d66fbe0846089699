// The clients that the driver plays, as an operator would create them.
import { createClient } from '../clients.js';
import { basic } from '../clients.js';
import { callback } from './code-hand.js';
import type { Client } from './memory.js';

export interface Clients {
  /** For codes, refresh tokens and tokens of its own. */
  readonly app: Client;
  /** Its access tokens are JWTs: each costs a signature. */
  readonly signing: Client;
}

/** @param admin origin of the admin API */
export async function createClients(admin: string): Promise<Clients> {
  const create = async (strategy: 'opaque' | 'jwt'): Promise<Client> => {
    const created = await createClient(admin, { redirect_uris: [callback], access_token_strategy: strategy });
    return { id: created.client_id, signing: strategy === 'jwt', headers: { authorization: basic(created) } };
  };
  return { app: await create('opaque'), signing: await create('jwt') };
}
