// Which replica of a peer gets a call: one that answers, that has all it needs, and then either the least busy, or the one where calls
// are gathered as long as it is enough for them.
import { silentMillis } from './silence.js';

/** What is known of a replica. */
export interface Candidate {
  readonly ready: boolean;
  /** Whether it says itself that it lacks something which it needs. */
  readonly unready: boolean;
  /** How long it has said nothing, although it was asked. */
  readonly silentMillis: number;
  /** Calls of ours that it has not answered. */
  readonly outstanding: number;
  /** How long its last answers took on average; undefined before the first. */
  readonly answerMillis: number | undefined;
}

/** So many calls at once are as cheap as calls get, and a process that is busy all the time answers them in 8 ms. */
const plenty = 64;
/**
 * Where all calls are, they may take this many times as long as the few elsewhere, and a moment: they wait for each other's statement. Three
 * times, about, is what that is on two cores that everything shares; a pod that is throttled, its ration of CPU used up, goes beyond it at once.
 */
const patience = { times: 4, millis: 5 };
/** Of so many calls … */
const roundCalls = 1_024;
/** … this many, one after the other, go to each replica in turn, whichever has the others: so one knows how fast it is, and it stays in practice. */
const practiceCalls = 16;
/** How long all get the same once one was not enough; twice as long each time it is found again, up to the most. */
const spreadMillis = { first: 2_000, most: 60_000 };

export const isSilent = (one: Pick<Candidate, 'silentMillis'>) => one.silentMillis >= silentMillis;

const answers = (one: Candidate) => one.ready && !isSilent(one) && !one.unready;

/**
 * Makes the choice among replicas.
 *
 * @param gather whether one replica has all calls, but for a few that show how fast the others are, as long as it is enough for them;
 * otherwise all get the same. What comes together is done together: with half the calls each, two token services make twice as many
 * groups of half as many rows (decision 0102). Whoever asks the same peer must then have its replicas in the same order
 * @param now milliseconds of a clock that nobody sets
 */
export function createChoice<One extends Candidate>(
  gather: boolean,
  now: () => number = () => performance.now(),
): (replicas: readonly One[]) => One | undefined {
  let turn = 0;
  let calls = 0;
  let spreadUntil = Number.NEGATIVE_INFINITY;
  let pause = spreadMillis.first;

  const inTurn = (replicas: readonly One[]): One | undefined => {
    turn = (turn + 1) % replicas.length;
    return leastBusy(replicas, turn);
  };
  /** Nobody knows how much is enough but by trying; whoever has tried in vain waits longer before the next time. */
  const spread = (): void => {
    const gathered = now() - spreadUntil;
    pause = gathered > pause ? spreadMillis.first : Math.min(2 * pause, spreadMillis.most);
    spreadUntil = now() + pause;
  };

  return (replicas) => {
    const count = replicas.length;
    if (count <= 1) return replicas[0]?.ready === true ? replicas[0] : undefined;
    if (!gather || now() < spreadUntil) return inTurn(replicas);
    calls = (calls + 1) % roundCalls;
    if (calls === 0) turn = (turn + 1) % count;
    const practising = replicas[turn % count];
    if (calls < practiceCalls && practising !== undefined && answers(practising) && practising.outstanding < plenty)
      return practising;
    const one = replicas.find(answers);
    if (one === undefined) return inTurn(replicas);
    if (isEnough(one, replicas)) return one;
    spread();
    return inTurn(replicas);
  };
}

function isEnough(one: Candidate, all: readonly Candidate[]): boolean {
  if (one.outstanding >= plenty) return false;
  // What it last answered tells of a rush that is over.
  if (one.outstanding === 0) return true;
  let fastest = Number.POSITIVE_INFINITY;
  for (const each of all) if (answers(each)) fastest = Math.min(fastest, each.answerMillis ?? fastest);
  return (one.answerMillis ?? 0) <= patience.times * fastest + patience.millis;
}

function leastBusy<One extends Candidate>(replicas: readonly One[], from: number): One | undefined {
  let best: One | undefined;
  for (let i = 0; i < replicas.length; i++) {
    const one = replicas[(from + i) % replicas.length];
    if (one?.ready === true && (best === undefined || isBetter(one, best))) best = one;
  }
  return best;
}

/** One that answers before one that does not, then one that has all it needs before one that says it has not, then the less busy. */
function isBetter(one: Candidate, than: Candidate): boolean {
  if (isSilent(one) !== isSilent(than)) return isSilent(than);
  if (one.unready !== than.unready) return than.unready;
  return one.outstanding < than.outstanding;
}
