// Faults of clocks and calendars: one process lives in another time, in another zone, or tokens live longer than 32 bits can count. Who
// is wrong about the time says nothing, and everybody counts in whole seconds (security F20, F21).
import { createClient, basic } from '../clients.js';
import type { Fault } from './fault.js';
import { nothing, refusals, signatures } from './fault.js';
import type { House } from './house.js';
import type { MemberName } from './house-settings.js';
import type { Allowance } from './invariants.js';

/** Loaded before anything else: the process lives that far from the others in time, all its life or from one moment to another. */
const skew = (aheadMillis: number, { from = 0, to = Infinity } = {}) =>
  `--import=data:text/javascript,${encodeURIComponent(`
    const Real = Date, now = Real.now, born = performance.now();
    const off = () => { const age = performance.now() - born; return age > ${String(from)} && age < ${String(to)} ? ${String(aheadMillis)} : 0; };
    globalThis.Date = class extends Real {
      constructor(...given) { given.length === 0 ? super(now() + off()) : super(...given); }
      static now() { return now() + off(); }
    };`)}`;

/** Whose clock is wrong, what it is called in the table, and what may be refused while it is. */
interface Victim {
  readonly name: MemberName;
  readonly called: string;
  readonly may: Allowance;
}
const tokenService: Victim = { name: 'token-2', called: 'token service', may: refusals };
const keysService: Victim = { name: 'keys-2', called: 'keys service', may: signatures };
const worker: Victim = { name: 'worker', called: 'worker', may: nothing };

async function restart(house: House, name: MemberName, environment?: Readonly<Record<string, string>>): Promise<void> {
  await house.members[name].stop();
  await house.members[name].start(environment);
}

/** A little, and it serves. */
const skewed = (how: string, aheadMillis: number): Fault => ({
  id: 'F20',
  how: `the clock of one token service is ${how}`,
  may: nothing,
  async inflict(house, during) {
    await restart(house, 'token-2', { NODE_OPTIONS: skew(aheadMillis) });
    await during.pause(during.millis);
    await restart(house, 'token-2');
  },
});

/** So much that it may not even start. */
const wrong = ({ name, called }: Victim, how: string, aheadMillis: number): Fault => ({
  id: 'F20',
  how: `a ${called} starts with a clock that is ${how}, and does not`,
  may: nothing,
  async inflict(house) {
    const started = await restart(house, name, { NODE_OPTIONS: skew(aheadMillis) }).then(
      () => true,
      () => false,
    );
    await restart(house, name);
    if (started) throw new Error('it started');
  },
});

/** It looks at PostgreSQL's clock at least so often. */
const lookMillis = 6_000;

const stepping = ({ name, called, may }: Victim, how: string, aheadMillis: number): Fault => ({
  id: 'F20',
  how: `the clock of one ${called} steps ${how} while it serves, and back`,
  may,
  async inflict(house, during) {
    const member = house.members[name];
    await member.stop();
    const began = Date.now();
    // It is ready long before.
    const from = 20_000;
    const millis = Math.max(during.millis, lookMillis);
    await member.start({ NODE_OPTIONS: skew(aheadMillis, { from, to: from + millis }) });
    if (Date.now() - began > from) throw new Error('it took too long to start');
    let noticed = false;
    for (const end = began + from + millis + 1_000; Date.now() < end; await during.pause(100)) {
      noticed ||= Date.now() - began > from && !(await member.ready());
    }
    await restart(house, name);
    if (!noticed) throw new Error('it said all the time that it was ready');
  },
});

/** Until after 2038-01-19, whenever this runs; and the longest that the signer lets a JWT live without settings of its own. */
const hours = { opaque: 131_400, jwt: 744 } as const;
const longestIn32Bits = 0x7fff_ffff;

/** What is wrong with the times of a token that lives as long as it may; undefined when nothing is. */
async function wrongTimes(house: House, strategy: 'opaque' | 'jwt'): Promise<string | undefined> {
  const client = await createClient(house.admin.origin, {
    access_token_strategy: strategy,
    client_credentials_grant_access_token_lifespan: `${String(hours[strategy])}h`,
  });
  const seconds = hours[strategy] * 3_600;
  for (const gateway of house.gateways) {
    const asked = Math.floor(Date.now() / 1_000);
    const issued = await askJson(`${gateway.origin}/oauth2/token`, { grant_type: 'client_credentials' }, basic(client));
    if (issued['error'] !== undefined) return `${strategy} at ${gateway.name}: ${JSON.stringify(issued)}`;
    const token = String(issued['access_token']);
    const seen = await askJson(`${house.admin.origin}/admin/oauth2/introspect`, { token });
    const claims = strategy === 'opaque' ? seen : claimsOf(token);
    const exp = Number(claims['exp']);
    const told = JSON.stringify({ expires_in: issued['expires_in'], exp: seen['exp'], claims: claims['exp'] });
    const right =
      [issued['expires_in'], seen['exp'], claims['exp'], seen['iat']].every(Number.isInteger) &&
      seen['active'] === true &&
      seen['exp'] === exp &&
      exp > longestIn32Bits === (strategy === 'opaque') &&
      Math.abs(exp - asked - seconds) < 60 &&
      Math.abs(Number(issued['expires_in']) - seconds) < 60;
    if (!right) return `${strategy} at ${gateway.name}: ${told}`;
  }
  return undefined;
}

async function askJson(url: string, form: Record<string, string>, authorization?: string) {
  const headers = authorization === undefined ? {} : { authorization };
  const answer = await fetch(url, { method: 'POST', headers, body: new URLSearchParams(form) });
  return (await answer.json()) as Record<string, unknown>;
}

const claimsOf = (jwt: string) =>
  JSON.parse(Buffer.from(jwt.split('.')[1] ?? '', 'base64url').toString()) as Record<string, unknown>;

const calendars: Fault = {
  id: 'F21',
  how: 'one token service lives in New York, PostgreSQL’s sessions half an hour’s summer time from anybody, and tokens until after 2038',
  may: nothing,
  async inflict(house, during) {
    await house.postgres.sql(`ALTER ROLE CURRENT_USER SET timezone = 'Australia/Lord_Howe'`);
    await restart(house, 'token-2', { TZ: 'America/New_York' });
    const problems = [await wrongTimes(house, 'opaque'), await wrongTimes(house, 'jwt')];
    await during.pause(during.millis);
    await house.postgres.sql('ALTER ROLE CURRENT_USER RESET timezone');
    await restart(house, 'token-2');
    const problem = problems.find((one) => one !== undefined);
    if (problem !== undefined) throw new Error(problem);
  },
};

export const timeFaults: readonly Fault[] = [
  skewed('3 s ahead', 3_000),
  skewed('3 s behind', -3_000),
  wrong(tokenService, '5 minutes ahead', 300_000),
  wrong(tokenService, '5 minutes behind', -300_000),
  wrong(keysService, '5 minutes ahead', 300_000),
  wrong(worker, '5 minutes behind', -300_000),
  stepping(tokenService, 'a day ahead', 86_400_000),
  stepping(tokenService, '5 minutes back', -300_000),
  stepping(keysService, 'a day ahead', 86_400_000),
  stepping(worker, '5 minutes back', -300_000),
  calendars,
];
