// Faults of our own processes: killed, frozen, restarted one after the other, at any moment and at chosen ones.
import { sayLongestWait } from './dead-replica.js';
import type { During, Fault } from './fault.js';
import { again, losses, nothing, refusals, signatures } from './fault.js';
import type { Allowance } from './invariants.js';
import type { House } from './house.js';
import type { MemberName } from './house-settings.js';

/**
 * Kills replicas in turn and starts each again; the others go on. Each is killed a second after the other one was ready: whoever has
 * not found that one again by then has nobody to ask.
 *
 * @param kinds of questions that go through them and wait for nothing else: how long they waited is told
 */
const killInTurn = (
  id: string,
  how: string,
  names: readonly MemberName[],
  may: Allowance,
  kinds: readonly string[] = [],
): Fault => ({
  id,
  how,
  may,
  async inflict(house, during) {
    const kills: number[] = [];
    await again(during, 1_000, async () => {
      const name = names[kills.length % names.length] ?? 'token-1';
      kills.push(Date.now());
      await killAndStart(house, name);
    });
    during.note(`${String(kills.length)} killed`);
    if (kinds.length > 0) during.afterwards((asks) => during.note(sayLongestWait(asks, kills, kinds)));
  },
});

async function killAndStart(house: House, name: MemberName): Promise<void> {
  await house.members[name].kill();
  await house.members[name].start();
}

/** Where a token service dies, told by the statement that its PostgreSQL connection is about to carry or has carried. */
const points = [
  { what: 'after it read a code', statement: /FROM cardea\.authorization_code c\s+LEFT JOIN/, point: 'after' },
  { what: 'before a code is used up', statement: /UPDATE cardea\.authorization_code c SET used_at/, point: 'before' },
  { what: 'after a code was used up', statement: /UPDATE cardea\.authorization_code c SET used_at/, point: 'after' },
  {
    what: 'before a refresh token is used up',
    statement: /UPDATE cardea\.refresh_token r SET used_at/,
    point: 'before',
  },
  {
    what: 'after a refresh token was used up',
    statement: /UPDATE cardea\.refresh_token r SET used_at/,
    point: 'after',
  },
  { what: 'after a token was stored', statement: /^INSERT INTO cardea\.access_token/, point: 'after' },
  { what: 'before a revocation commits', statement: /^COMMIT/, point: 'before' },
  { what: 'after a revocation has committed', statement: /^COMMIT/, point: 'after' },
] as const;

const killAtPoint = ({ what, statement, point }: (typeof points)[number]): Fault => ({
  id: 'F02',
  how: `kill -9 a token service ${what}`,
  may: refusals,
  async inflict(house, during) {
    let turn = 0;
    const end = Date.now() + during.millis;
    let killed = 0;
    while (Date.now() < end || killed === 0) {
      const name = turn++ % 2 === 0 ? 'token-1' : 'token-2';
      if (await killAt(house, name, { statement, point }, during)) killed++;
      else if (Date.now() > end + patienceMillis) throw new Error(`no token service came to the point ${what}`);
      await house.members[name].start();
    }
    during.note(`${String(killed)} killed`);
  },
});

const patienceMillis = 30_000;

/** @returns whether it came to that point within a few seconds */
async function killAt(
  house: House,
  name: 'token-1' | 'token-2',
  snare: { readonly statement: RegExp; readonly point: 'before' | 'after' },
  during: During,
): Promise<boolean> {
  const wire = house.wires.postgres[name];
  const caught = wire.set({ ...snare, times: 1, sprung: () => house.members[name].signal('SIGKILL') });
  for (let waited = 0; waited < 5_000 && caught() === 0; waited += 50) await during.pause(50);
  wire.mend();
  if (caught() === 0) return false;
  await house.members[name].ended();
  return true;
}

const rolling: Fault = {
  id: 'F22',
  how: 'SIGTERM to each gateway, token and keys service in turn, three rounds',
  may: nothing,
  async inflict(house, during) {
    for (let round = 0; round < 3; round++) await rollOnce(house, during);
  },
};

/** Restarts every replica in an orderly way, one after the other. */
export async function rollOnce(house: House, during: During): Promise<void> {
  for (const name of ['gateway-1', 'gateway-2', 'token-1', 'token-2', 'keys-1', 'keys-2'] as const) {
    await house.members[name].stop();
    await house.members[name].start();
    // Who asks it has a second to find it again.
    await during.pause(1_500);
  }
}

/** Frozen, a replica keeps its connections and says nothing: what may be asked twice is asked of the other within a second. */
const frozen = (called: string, names: readonly MemberName[], may: Allowance): Fault => ({
  id: 'F30',
  how: `SIGSTOP a ${called} service for two seconds, again and again`,
  may,
  async inflict(house, during) {
    let turn = 0;
    await again(during, 1_500, async () => {
      const member = house.members[names[turn++ % names.length] ?? 'token-1'];
      member.signal('SIGSTOP');
      await during.pause(2_000);
      member.signal('SIGCONT');
    });
  },
});

const frozenWorker: Fault = {
  id: 'F25',
  how: 'the worker frozen, then killed; its queue wiped',
  may: nothing,
  async inflict(house, during) {
    house.members.worker.signal('SIGSTOP');
    await during.pause(during.millis / 2);
    await house.queue.command('FLUSHALL');
    house.members.worker.signal('SIGCONT');
    await during.pause(during.millis / 2);
    await killAndStart(house, 'worker');
  },
};

export const processFaults: readonly Fault[] = [
  killInTurn('F01', 'kill -9 a gateway, then the other, again and again', ['gateway-1', 'gateway-2'], losses),
  killInTurn('F02', 'kill -9 a token service, then the other, again and again', ['token-1', 'token-2'], refusals, [
    ...['issue', 'introspect', 'authorize', 'login', 'consent'],
  ]),
  ...points.map(killAtPoint),
  killInTurn('F03', 'kill -9 a keys service, then the other, again and again', ['keys-1', 'keys-2'], signatures, [
    'sign',
  ]),
  killInTurn('F04', 'kill -9 admin and worker in turn', ['admin', 'worker'], losses),
  rolling,
  frozenWorker,
  frozen('token', ['token-1', 'token-2'], refusals),
  frozen('keys', ['keys-1', 'keys-2'], nothing),
];
