// A client that asks as much as all others together, half of it garbage: the others notice next to nothing, because each client has its
// own share of what a gateway has under way (security F31; services/gateway/src/fair-share.ts).
import { setTimeout as sleep } from 'node:timers/promises';
import type { CreatedClient } from '../clients.js';
import { basic, createClient } from '../clients.js';
import type { Asking, TokenRequest } from './asking.js';
import { sayStatuses, startAsking } from './asking.js';
import type { During, Fault } from './fault.js';
import { nothing } from './fault.js';
import type { House } from './house.js';

const grant = { grant_type: 'client_credentials' };

/** Half of it is right. */
function noiseOf(client: CreatedClient): TokenRequest[] {
  const authorization = basic(client);
  const right = { form: grant, authorization };
  const garbage: readonly TokenRequest[] = [
    { form: grant, authorization: basic({ ...client, client_secret: 'not this one' }) },
    {
      form: { grant_type: 'authorization_code', code: 'x'.repeat(2_000), redirect_uri: 'http://nowhere.invalid' },
      authorization,
    },
    { form: { grant_type: 'refresh_token', refresh_token: 'cardea_rt_nothing' }, authorization },
    { form: { grant_type: 'no such thing' }, authorization },
  ];
  return garbage.flatMap((wrong) => [right, wrong]);
}

/** As many as the load has lanes, and the same pause: as much as all of it together; and now and then all of a client's share at once. */
const manner: Omit<Asking, 'origins' | 'requests'> = { lanes: 12, pauseMillis: 20, burst: 96, patient: false };

/** Quiet and noise take turns, so that whatever else this machine does meets both; each long enough for a few bursts. */
const turns = 4;
const leastTurnMillis = 2_000;
/** Of a few milliseconds half as many again is nothing that can be measured. */
const leastMillis = 50;
const mostTimes = 1.5;

/** What each question of another client takes, milliseconds. @throws when one is not answered with a token */
async function times(house: House, client: CreatedClient, millis: number): Promise<number[]> {
  const took: number[] = [];
  const headers = { authorization: basic(client) };
  const lane = async (origin: string) => {
    for (const end = performance.now() + millis; performance.now() < end; await sleep(5)) {
      const began = performance.now();
      const answer = await fetch(`${origin}/oauth2/token`, {
        method: 'POST',
        headers,
        body: new URLSearchParams(grant),
      });
      await answer.arrayBuffer();
      if (!answer.ok) throw new Error(`another client was answered ${String(answer.status)}`);
      took.push(performance.now() - began);
    }
  };
  await Promise.all(house.gateways.map(({ origin }) => lane(origin)));
  return took;
}

/** All but one in a hundred take no longer. */
const p99 = (took: readonly number[]) => [...took].sort((a, b) => a - b)[Math.ceil(took.length * 0.99) - 1] ?? 0;

async function inflict(house: House, during: During): Promise<void> {
  const loud = await createClient(house.admin.origin);
  const other = await createClient(house.admin.origin);
  const asking: Asking = { ...manner, origins: house.gateways.map(({ origin }) => origin), requests: noiseOf(loud) };
  const millis = Math.max(leastTurnMillis, during.millis / turns);
  const quiet: number[] = [];
  const beside: number[] = [];
  const statuses = new Map<string, number>();
  for (let turn = 0; turn < turns; turn++) {
    quiet.push(...(await times(house, other, millis)));
    const stop = startAsking(asking);
    const tally = async () => {
      for (const [status, count] of await stop()) statuses.set(status, (statuses.get(status) ?? 0) + count);
    };
    beside.push(...(await times(house, other, millis).finally(tally)));
  }
  during.note(`its ${sayStatuses(statuses)}`);
  const wrong = [...statuses.keys()].filter((status) => !/^(200|4\d\d|503)$/.test(status));
  if (wrong.length > 0) throw new Error(`it was answered ${wrong.join(', ')}`);
  const [before, loaded] = [p99(quiet), p99(beside)];
  during.note(`p99 of another client ${before.toFixed(0)} ms without it, ${loaded.toFixed(0)} ms beside it`);
  if (loaded > Math.max(leastMillis, before) * mostTimes)
    throw new Error(`another client’s p99 went from ${before.toFixed(0)} to ${loaded.toFixed(0)} ms`);
}

export const neighbourFault: Fault = {
  id: 'F31',
  how: 'one client asks as much as all others together, half of it garbage',
  may: nothing,
  inflict,
};
