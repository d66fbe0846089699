// More is asked at once than may be under way: whoever comes on top is told at once to come back, by the gateway or by the token service
// that has too much to do, and nobody else is forgotten (security F18; issue 6: backpressure).
import { basic, createClient } from '../clients.js';
import { sayStatuses, startAsking } from './asking.js';
import type { Fault } from './fault.js';

/** Of each the least that is its own share (16), and of all of them more than a gateway has under way at the token services (1,024). */
const clients = 72;
const each = 16;
/** PostgreSQL takes that much longer for everything, there and back: what comes in piles up. */
const slowMillis = 400;

export const overloadFault: Fault = {
  id: 'F18',
  how: 'more is asked of a gateway at once than it may have under way, while PostgreSQL is slow',
  // What takes many statements takes longer than anybody waits when each takes so long.
  may: { refuse: true, lose: false, hang: true },
  async inflict(house, during) {
    const requests = await Promise.all(
      Array.from({ length: clients }, async () => {
        const authorization = basic(await createClient(house.admin.origin));
        return { form: { grant_type: 'client_credentials' }, authorization };
      }),
    );
    const wires = [house.wires.postgres['token-1'], house.wires.postgres['token-2']];
    for (const wire of wires) wire.slow(slowMillis);
    const origins = house.gateways.slice(0, 1).map(({ origin }) => origin);
    const stop = startAsking({ origins, requests, lanes: clients * each, pauseMillis: 0, burst: 0, patient: true });
    await during.pause(during.millis);
    const { statuses } = await stop().finally(() => wires.forEach((wire) => wire.mend()));
    during.note(sayStatuses(statuses));
    // On a busy machine this thread may be so slow that the gateway hangs up on it.
    const wrong = [...statuses.keys()].filter((status) => !['200', '503', '408'].includes(status));
    if (wrong.length > 0) throw new Error(`somebody was answered ${wrong.join(', ')}`);
    if (!statuses.has('503') || !statuses.has('200')) throw new Error('it was not more than may be under way');
  },
};
