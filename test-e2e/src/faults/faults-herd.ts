// What everybody asks for at once ceases to be remembered: a client, the key sets and a token that hundreds of requests a second want,
// while PostgreSQL takes its time. Each process reads it anew once, not once a request; whether a token lives is never answered from what
// was read for somebody else before (security F19).
import { createClient, issueToken } from '../clients.js';
import { createCaller, methodsOf } from '../grpc.js';
import type { Fault } from './fault.js';
import { nothing } from './fault.js';
import { rpcOf, rpcWired } from './rpc-setting.js';

/** Longer than anything read is believed (services/token/src/client-resolver.ts, public-keys.ts), twice. */
const leastMillis = 13_000;
/** The least time between two readings of a client by one process; and of the key sets, which are read for nobody in particular. */
const clientMillis = 4_000;
const keySetMillis = 3_000;
/** There and back: long enough that all who come meanwhile would ask, too, and no more than twenty statements one after the other bear. */
const slowMillis = 75;
const lanes = 6;

export const herdFault: Fault = {
  id: 'F19',
  how: 'a client, a token and the key sets that all ask for cease to be remembered, again and again, while PostgreSQL is slow',
  may: nothing,
  within: rpcWired(['token-1', 'token-2']),
  async inflict(house, during) {
    const { keys } = rpcOf(house);
    const client = await createClient(house.admin.origin);
    const token = await issueToken(house.gateways[0]?.origin ?? '', client);
    const introspect = methodsOf('cardea.token.v1.IntrospectionService')['Introspect'];
    if (introspect === undefined) throw new Error('no introspection in the contract');
    const millis = Math.max(during.millis, leastMillis);
    const wires = [house.wires.postgres['token-1'], house.wires.postgres['token-2']];
    const readings = wires.map((wire) => wire.count(/FROM cardea\.client\) c/, client.client_id));
    const listings = () =>
      keys.flatMap(({ seen }) => seen).filter(({ method }) => method.endsWith('/ListPublicKeys')).length;
    const before = listings();
    for (const wire of wires) wire.slow(slowMillis);
    let asked = 0;
    const end = performance.now() + millis;
    const lane = async (ask: () => Promise<boolean>) => {
      while (performance.now() < end) {
        asked++;
        if (!(await ask())) throw new Error('what all ask for was refused');
      }
    };
    const many = (ask: () => Promise<boolean>) => Array.from({ length: lanes }, () => lane(ask));
    const callers = house.tokens.map(({ address }) => createCaller(address));
    try {
      await Promise.all([
        ...callers.flatMap((caller) =>
          many(async () => (await caller.unary(introspect, { token })).response?.['active'] === true),
        ),
        ...house.gateways.flatMap(({ origin }) => [
          ...many(async () => (await issueToken(origin, client)) !== ''),
          lane(async () => (await fetch(`${origin}/.well-known/jwks.json`)).ok),
        ]),
      ]);
    } finally {
      for (const wire of wires) wire.mend();
      for (const caller of callers) caller.close();
    }
    const listed = listings() - before;
    const clients = readings.map((count) => count());
    during.note(
      `${String(asked)} questions in ${String(millis / 1_000)} s; the client was read ${clients.join(' and ')} times, the key sets ${String(listed)} times`,
    );
    const mostClients = 1 + Math.ceil(millis / clientMillis);
    if (Math.max(...clients) > mostClients)
      throw new Error(`a process has read it more than ${String(mostClients)} times`);
    const mostListed = wires.length * (1 + Math.ceil(millis / keySetMillis));
    if (listed > mostListed) throw new Error(`the key sets were read more than ${String(mostListed)} times`);
    if (Math.min(...clients) === 0) throw new Error('a process has not read the client at all');
  },
};
