// What is done to clients and by clients with keys: one that is deleted takes its tokens with it, and an assertion is good for once
// (RFC 7523 §3, security C-cases).
import { randomUUID } from 'node:crypto';
import type { KeyedClient } from './clients.js';
import { keepingCredentials } from './clients.js';
import { createEnding } from './ending.js';
import type { Client, Held, WorkingMemory } from './memory.js';
import type { Doors, Operations } from './operations.js';
import type { Transport } from './transport.js';

export interface ClientOperations {
  /** A client of its own, created through the admin API; undefined when that was refused. */
  create(): Promise<Client | undefined>;
  /** Deletes a client, and with it these tokens; repeated until it is acknowledged. */
  remove(client: Client, tokens: readonly Held[]): Promise<void>;
  /** Presents one assertion at two gateways at once. */
  presentTwice(client: KeyedClient): Promise<void>;
}

export function createClientOperations(
  memory: WorkingMemory,
  ask: Transport,
  doors: Doors,
  remember: Operations['remember'],
): ClientOperations {
  const end = createEnding(memory);
  const path = '/admin/clients';
  return {
    async create() {
      const json = { client_name: 'passing', grant_types: ['client_credentials'] };
      const question = { what: 'create client', method: 'POST', path, json, expected: [201] } as const;
      return keepingCredentials((await ask([doors.admin], question)).body);
    },

    async remove(client, tokens) {
      await end(
        `deletion of ${client.id}`,
        tokens.map(({ ends }) => ends),
        async () => {
          const question = { what: 'delete client', method: 'DELETE', path: `${path}/${client.id}` } as const;
          // Not found: it was deleted, and the answer to that was lost.
          const reply = await ask([doors.admin], { ...question, expected: [204, 404] });
          return reply.ask.outcome === 'answered' ? reply.ask : undefined;
        },
      );
    },

    async presentTwice(client) {
      const once = memory.once('assertion', undefined);
      const form = {
        grant_type: 'client_credentials',
        client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
        client_assertion: await client.assertion(randomUUID()),
      };
      const present = async () => {
        const question = { what: 'assert', method: 'POST', path: '/oauth2/token', form } as const;
        const reply = await ask(doors.gateways(), { ...question, expected: [200, 400, 401] });
        const given = remember(reply, 'access', client);
        const { sent, answered, by, outcome } = reply.ask;
        if (outcome === 'absent') return;
        const verdict = reply.status === 200 ? 'won' : outcome === 'answered' ? 'invalid' : 'unknown';
        once.presentations.push({ sent, answered, by, outcome: verdict, ...(given && { brought: given.held.name }) });
      };
      await Promise.all([present(), present()]);
    },
  };
}
