// The load of the correctness run: codes that fall due one after the other and chains of refresh tokens, each presented twice at the
// same moment, to the same gateway or to two; whatever nobody knows the outcome of is asked for again.
import { setTimeout as sleep } from 'node:timers/promises';
import type { HttpConnection } from '../load/http-connection.js';
import { createConnection } from '../load/http-connection.js';
import type { Lane } from '../load/lane.js';
import { onLanes } from '../load/lane.js';
import type { BenchClient } from '../scenarios/stage.js';
import { codeParameters, tokenRequest } from '../scenarios/token-requests.js';
import type { Target } from '../target.js';
import type { Heard } from './judge.js';
import { hear } from './judge.js';

/** A code, or a link of a chain, with all that was heard of it. */
export interface Presented {
  readonly kind: 'code' | 'refresh';
  readonly heard: readonly Heard[];
  /** Whether nothing was asked for with what it gave. */
  readonly newest: boolean;
}

export interface Load {
  readonly client: BenchClient;
  readonly codes: readonly string[];
  /** The client of the chains, and their first refresh tokens, one a lane. */
  readonly chainClient: BenchClient;
  readonly chains: readonly string[];
  readonly seconds: number;
}

/** One code of so many is presented once: what comes of it nothing may end. */
const oneInSoMany = 4;
/** Below the grace period of a used refresh token (10 s), within which it may not be called invalid. */
const patienceMillis = 9_000;
/** What Retry-After says. */
const pauseMillis = 1_000;

/** Two connections that requests leave on at the same moment. */
type Both = readonly [HttpConnection, HttpConnection];

/** @param lanes as many as there are chains, and some more for the codes */
export async function drive(target: Target, lanes: readonly Lane[], load: Load): Promise<Presented[]> {
  const origins = [target.public, ...(target.further?.public ?? [])];
  const seconds = lanes.map(({ index }) =>
    // Lanes go to gateways in turn: of two neighbours' second connections one leads to the lane's own and one to another.
    createConnection(origins[(index + (index >> 1)) % origins.length] as string),
  );
  const begun = performance.now();
  const until = begun + load.seconds * 1000;
  const both = (lane: Lane): Both => [lane.public, seconds[lane.index] as HttpConnection];
  try {
    const chained = lanes
      .slice(0, load.chains.length)
      .map((lane, index) => followChain(lane, both(lane), load, load.chains[index] as string, until));
    const redeemed = onLanes(lanes.slice(load.chains.length), load.codes.length, async (lane, number) => {
      const due = begun + (number / load.codes.length) * load.seconds * 1000;
      await sleep(Math.max(0, due - performance.now()));
      const request = tokenRequest(lane, load.client, codeParameters(load.client, load.codes[number] as string));
      const times = number % oneInSoMany === 0 ? 1 : 2;
      return { kind: 'code' as const, heard: await present(both(lane), request, times), newest: true };
    });
    return [...(await redeemed), ...(await Promise.all(chained)).flat()];
  } finally {
    for (const connection of seconds) connection.close();
  }
}

/** Each link is presented twice, and the next one is what came of it. */
async function followChain(lane: Lane, both: Both, load: Load, first: string, until: number): Promise<Presented[]> {
  const links: Heard[][] = [];
  const all = (): Presented[] =>
    links.map((heard, index) => ({ kind: 'refresh', heard, newest: index === links.length - 1 }));
  for (let current = first; performance.now() < until;) {
    const parameters = { grant_type: 'refresh_token', refresh_token: current };
    const heard = await present(both, tokenRequest(lane, load.chainClient, parameters), 2);
    links.push(heard);
    const next = heard.find(({ kind }) => kind === 'given');
    if (next === undefined) return all();
    current = next.refresh;
  }
  return all();
}

/** Presents it so often at once, and then again for as long as nobody knows whether it was used. */
async function present(both: Both, request: Buffer, times: 1 | 2): Promise<Heard[]> {
  const send = (connection: HttpConnection): Promise<Heard> =>
    connection.send(request).then(hear, (error: unknown) => hear(error as Error));
  const begun = performance.now();
  const heard = await Promise.all(both.slice(0, times).map(send));
  while (heard.every(({ kind }) => kind === 'unknown') && performance.now() + pauseMillis < begun + patienceMillis) {
    await sleep(pauseMillis);
    heard.push(await send(both[0]));
  }
  return heard;
}
