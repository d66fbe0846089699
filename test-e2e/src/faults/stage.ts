// Puts a client with a memory before the doors of a house.
import { createCaller, methodsOf } from '../grpc.js';
import { createClientOperations } from './client-operations.js';
import { createClients } from './clients.js';
import type { House } from './house.js';
import type { Stage } from './load.js';
import { createMemory } from './memory.js';
import type { Doors } from './operations.js';
import { createOperations } from './operations.js';
import { createRandom } from './random.js';
import { createTransport } from './transport.js';

/** An answer that takes longer is none; longer than any deadline inside, and not what users are promised. */
const patienceMillis = 10_000;

export interface OpenStage extends Stage {
  close(): void;
}

export async function openStage(house: House, seed: number): Promise<OpenStage> {
  const random = createRandom(seed);
  const memory = createMemory();
  const ask = createTransport((one) => memory.asks.push(one), patienceMillis);
  const introspect = methodsOf('cardea.token.v1.IntrospectionService')['Introspect'];
  if (introspect === undefined) throw new Error('no introspection in the contract');
  const reconnect = { 'grpc.initial_reconnect_backoff_ms': 100, 'grpc.max_reconnect_backoff_ms': 500 };
  const introspectors = house.tokens.map(({ name, address }) => ({
    name,
    caller: createCaller(address, undefined, { ...reconnect, 'grpc.use_local_subchannel_pool': 1 }),
  }));
  const doors: Doors = {
    gateways: () => (random() < 0.5 ? house.gateways : [...house.gateways].reverse()),
    admin: house.admin,
    introspectors,
    introspect,
  };
  const operations = createOperations(memory, ask, doors);
  const clients = await createClients(house.admin.origin, house.issuer);
  return {
    random,
    memory,
    ask,
    doors,
    operations,
    clientOperations: createClientOperations(memory, ask, doors, operations.remember),
    clients,
    close: () => introspectors.forEach(({ caller }) => caller.close()),
  };
}
