// Whether answers stay right under load while the services that decide die (performance §6): in an installation of its own, two of
// each service, codes and refresh tokens are presented twice at the same moment, the token service and the signer are killed
// meanwhile, and everything that was given is asked about afterwards.
import { setTimeout as sleep } from 'node:timers/promises';
import type { Lane } from '../load/lane.js';
import { closeLanes, onLanes, openLanes, textOf } from '../load/lane.js';
import type { Watch } from '../measure.js';
import { startReplicated } from '../replicated.js';
import { askAbout, createStage } from '../scenarios/stage.js';
import { mintCodes, mintGrants } from '../scenarios/token-requests.js';
import type { Target, TargetOptions } from '../target.js';
import type { Heard } from './judge.js';
import { judgeCode, judgeRefresh, judgeSeen } from './judge.js';
import type { Killing, Victim } from './killing.js';
import { killAndWait } from './killing.js';
import type { Presented } from './load.js';
import { drive } from './load.js';

export interface Correctness {
  readonly seconds: number;
  readonly kills: readonly Killing[];
  /** How many were presented, of those twice at once, how many were redeemed, and how many were used with no answer. */
  readonly codes: { readonly presented: number; readonly twice: number; readonly won: number; readonly lost: number };
  /** Links of all chains: presented, each twice, and those that had one successor. */
  readonly refreshes: { readonly presented: number; readonly won: number };
  /** By what they said. */
  readonly answers: Readonly<Record<Heard['kind'], number>>;
  /** Pairs of tokens asked about afterwards: active, or ended because their code came again. */
  readonly afterwards: { readonly asked: number; readonly active: number; readonly ended: number };
  /** What was wrong; empty when all is well. */
  readonly breaches: readonly string[];
}

const seconds = 9;
const kills: readonly (readonly [service: Victim, atSeconds: number])[] = [
  ['token', 2.5],
  ['keys', 5.5],
];
const codesASecond = 100;
const chains = 16;
const codeLanes = 48;
/** More of the same would say no more. */
const mostBreaches = 20;

/** @throws when it cannot be done; what is wrong is among the breaches */
export async function measureCorrectness(options: TargetOptions, watch: Watch): Promise<Correctness> {
  watch.progress('correctness under load: two of each service', 0);
  const { target, close } = await startReplicated(options, 2);
  const lanes = openLanes(target, chains + codeLanes + 1);
  try {
    return await present(target, lanes, options, watch);
  } finally {
    closeLanes(lanes);
    await close();
  }
}

async function present(
  target: Target,
  all: readonly Lane[],
  { base, signal }: TargetOptions,
  watch: Watch,
): Promise<Correctness> {
  const aside = all.at(-1) as Lane;
  const lanes = all.slice(0, -1);
  const stage = createStage(target, lanes, aside);
  const client = await stage.client();
  // Without `openid` nothing is signed: rotations go on while the signer is away.
  const chainClient = await stage.client({ scope: 'offline photos.read' });
  watch.progress('correctness under load: codes and chains', 0.4);
  const codes = await mintCodes(stage, client, seconds * codesASecond);
  const grants = await mintGrants(stage, chainClient, chains);
  const firsts = grants.map((grant) => textOf(grant, 'refresh_token', 'a code exchange'));
  watch.progress('correctness under load: everything twice at once, and token and keys killed', 0.5);
  const load = drive(target, lanes, { client, codes, chainClient, chains: firsts, seconds });
  const [presented, killed] = await Promise.all([load, killAtTheirTimes(target, base, signal)]);
  watch.progress('correctness under load: asking about all that was given', 0.9);
  const told = summary(presented);
  const { afterwards, breaches } = await askAfterwards(lanes, presented);
  return {
    ...told,
    afterwards,
    breaches: [...told.breaches, ...breaches].slice(0, mostBreaches),
    kills: killed,
    seconds,
  };
}

function killAtTheirTimes(target: Target, base: number, signal: AbortSignal): Promise<Killing[]> {
  return Promise.all(
    kills.map(async ([service, atSeconds]) => {
      await sleep(atSeconds * 1000, undefined, { signal });
      return { service, atSeconds, backMillis: await killAndWait(service, target.pids[service] ?? 0, base, signal) };
    }),
  );
}

function summary(presented: readonly Presented[]): Pick<Correctness, 'codes' | 'refreshes' | 'answers' | 'breaches'> {
  const codes = presented.filter(({ kind }) => kind === 'code');
  const links = presented.filter(({ kind }) => kind === 'refresh');
  const has =
    (kind: Heard['kind']) =>
    ({ heard }: Presented) =>
      heard.some((one) => one.kind === kind);
  const all = presented.flatMap(({ heard }) => heard);
  const count = (kind: Heard['kind']): number => all.filter((one) => one.kind === kind).length;
  return {
    codes: {
      presented: codes.length,
      twice: codes.filter(({ heard }) => heard.length > 1).length,
      won: codes.filter(has('given')).length,
      lost: codes.filter((code) => !has('given')(code) && has('refused')(code)).length,
    },
    refreshes: { presented: links.length, won: links.filter(has('given')).length },
    answers: {
      given: count('given'),
      refused: count('refused'),
      unknown: count('unknown'),
      wrong: count('wrong'),
    },
    breaches: [...codes.flatMap(({ heard }) => judgeCode(heard)), ...links.flatMap(({ heard }) => judgeRefresh(heard))],
  };
}

/** Asks the admin API about all that was given last. */
async function askAfterwards(
  lanes: readonly Lane[],
  presented: readonly Presented[],
): Promise<Pick<Correctness, 'afterwards' | 'breaches'>> {
  const pairs = presented.flatMap(({ kind, heard, newest }) => {
    const given = heard.find((one) => one.kind === 'given');
    return newest && given !== undefined ? [{ given, mayBeEnded: kind === 'code' && heard.length > 1 }] : [];
  });
  const seen = await onLanes(lanes, pairs.length, async ({ admin }, number) => {
    const { given, mayBeEnded } = pairs[number] as (typeof pairs)[number];
    const [access, refresh] = [await askAbout(admin, given.access), await askAbout(admin, given.refresh)];
    return { accessActive: access['active'] === true, refreshActive: refresh['active'] === true, mayBeEnded };
  });
  const active = seen.filter(({ accessActive }) => accessActive).length;
  return {
    afterwards: { asked: seen.length, active, ended: seen.length - active },
    breaches: seen.flatMap(judgeSeen),
  };
}
