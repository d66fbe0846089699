// A client that asks as much as all others together, half of it garbage: the others notice next to nothing, because each client has its
// own share of what a gateway has under way (security F31; services/gateway/src/fair-share.ts).
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
const manner: Omit<Asking, 'origins' | 'requests'> = {
  ...{ lanes: 12, pauseMillis: 20, burst: 96, patient: false },
  // Of two cores it would take one, which no fairness gives back.
  yields: true,
};

/** Quiet and noise take turns, so that whatever else this machine does meets both; each long enough for a few bursts. */
const turns = 4;
const leastTurnMillis = 2_000;
/** Of a few milliseconds half as many again is nothing that can be measured. */
const leastMillis = 50;
const mostTimes = 1.5;

/** Two who ask one thing after the other, one at each gateway. */
const calm = { lanes: 2, pauseMillis: 5, burst: 0, patient: false } as const;

/**
 * What each question of another client takes, milliseconds; in a thread of its own, too, or what the load does would count.
 *
 * @throws when one is not answered with a token
 */
async function times(origins: readonly string[], client: CreatedClient, during: During, millis: number) {
  const stop = startAsking({ ...calm, origins, requests: [{ form: grant, authorization: basic(client) }] });
  await during.pause(millis);
  const { statuses, tookMillis } = await stop();
  const wrong = [...statuses.keys()].filter((status) => status !== '200');
  if (wrong.length > 0) throw new Error(`another client was answered ${wrong.join(', ')}`);
  // The first of each also load what asks, and connect.
  return tookMillis.slice(calm.lanes);
}

/** All but one in a hundred take no longer. */
const p99 = (took: readonly number[]) => [...took].sort((a, b) => a - b)[Math.ceil(took.length * 0.99) - 1] ?? 0;

async function inflict(house: House, during: During): Promise<void> {
  const loud = await createClient(house.admin.origin);
  const other = await createClient(house.admin.origin);
  const origins = house.gateways.map(({ origin }) => origin);
  const asking: Asking = { ...manner, origins, requests: noiseOf(loud) };
  const millis = Math.max(leastTurnMillis, during.millis / turns);
  const quiet: number[] = [];
  const beside: number[] = [];
  const statuses = new Map<string, number>();
  for (let turn = 0; turn < turns; turn++) {
    quiet.push(...(await times(origins, other, during, millis)));
    const stop = startAsking(asking);
    const tally = async () => {
      for (const [status, count] of (await stop()).statuses) statuses.set(status, (statuses.get(status) ?? 0) + count);
    };
    beside.push(...(await times(origins, other, during, millis).finally(tally)));
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
