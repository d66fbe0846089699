// A client that asks as much as all others together, half of it garbage: the others notice next to nothing, because each client has its
// own share of what a gateway has under way (security F31; services/gateway/src/fair-share.ts).
import { setTimeout as sleep } from 'node:timers/promises';
import type { CreatedClient } from '../clients.js';
import { basic, createClient } from '../clients.js';
import type { During, Fault } from './fault.js';
import { nothing } from './fault.js';
import type { House } from './house.js';
import type { Place } from './transport.js';

const ask = async ({ origin }: Place, form: Record<string, string>, authorization: string): Promise<number> => {
  const answer = await fetch(`${origin}/oauth2/token`, {
    method: 'POST',
    headers: { authorization },
    body: new URLSearchParams(form),
  });
  await answer.arrayBuffer();
  return answer.status;
};

const grant = { grant_type: 'client_credentials' };

/** As many as the load has lanes, and the same pause: as much as all of it together. */
const lanes = 12;
const pauseMillis = 20;
/** Now and then all at once, and more than one client's share. */
const burst = 96;
const burstEveryMillis = 1_000;

/** Asks until it is told to stop. @returns how often it was answered, by status */
function makeNoise(house: House, client: CreatedClient): () => Promise<ReadonlyMap<number, number>> {
  const counts = new Map<number, number>();
  const right = basic(client);
  const garbage: readonly (readonly [Record<string, string>, string])[] = [
    [grant, basic({ ...client, client_secret: 'not this one' })],
    [{ grant_type: 'authorization_code', code: 'x'.repeat(2_000), redirect_uri: 'http://nowhere.invalid' }, right],
    [{ grant_type: 'refresh_token', refresh_token: 'cardea_rt_nothing' }, right],
    [{ grant_type: 'no such thing' }, right],
  ];
  let running = true;
  let turn = 0;
  const one = async () => {
    const [form, authorization] =
      turn++ % 2 === 0 ? [grant, right] : (garbage[(turn >> 1) % garbage.length] ?? [{}, '']);
    const status = await ask(house.gateways[turn % 2] as Place, form, authorization).catch(() => 0);
    counts.set(status, (counts.get(status) ?? 0) + 1);
  };
  const lane = async () => {
    while (running) {
      await one();
      await sleep(pauseMillis);
    }
  };
  const bursts = async () => {
    while (running) {
      await Promise.all(Array.from({ length: burst }, one));
      await sleep(burstEveryMillis);
    }
  };
  const all = Promise.all([...Array.from({ length: lanes }, lane), bursts()]);
  return async () => {
    running = false;
    await all;
    return counts;
  };
}

/** What another client's questions take at most, all but one in a hundred of them, milliseconds. @throws when one fails */
async function slowest(house: House, client: CreatedClient, millis: number): Promise<number> {
  const took: number[] = [];
  const authorization = basic(client);
  const lane = async (place: Place) => {
    for (const end = performance.now() + millis; performance.now() < end; await sleep(5)) {
      const began = performance.now();
      const status = await ask(place, grant, authorization);
      if (status !== 200) throw new Error(`another client was answered ${String(status)}`);
      took.push(performance.now() - began);
    }
  };
  await Promise.all(house.gateways.map(lane));
  return took.sort((a, b) => a - b)[Math.ceil(took.length * 0.99) - 1] ?? 0;
}

/** Of a few milliseconds half as many again is nothing that can be measured. */
const leastMillis = 50;
const mostTimes = 1.5;

async function inflict(house: House, during: During): Promise<void> {
  const loud = await createClient(house.admin.origin);
  const other = await createClient(house.admin.origin);
  const quiet = await slowest(house, other, during.millis);
  const stop = makeNoise(house, loud);
  const beside = await slowest(house, other, during.millis).finally(async () => {
    const counts = await stop();
    const total = [...counts.values()].reduce((sum, count) => sum + count, 0);
    const told = [...counts].sort(([a], [b]) => a - b).map(([status, count]) => `${String(count)}× ${String(status)}`);
    during.note(`its ${String(total)} requests: ${told.join(', ')}`);
    const wrong = [...counts.keys()].filter((status) => status === 0 || (status >= 500 && status !== 503));
    if (wrong.length > 0) throw new Error(`it was answered ${wrong.join(', ')}`);
  });
  during.note(`p99 of another client ${quiet.toFixed(0)} ms before, ${beside.toFixed(0)} ms beside it`);
  if (beside > Math.max(leastMillis, quiet) * mostTimes)
    throw new Error(`another client’s p99 went from ${quiet.toFixed(0)} to ${beside.toFixed(0)} ms`);
}

export const neighbourFault: Fault = {
  id: 'F31',
  how: 'one client asks as much as all others together, half of it garbage',
  may: nothing,
  inflict,
};
