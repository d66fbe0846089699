// Load at the edge while something happens: lanes that get tokens, have them introspected, refresh and read keys, each with a connection
// and a family of its own, and count what came back.
import http from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { basic } from '../clients.js';
import type { Addresses } from '../compose-login.js';
import { logIn } from '../compose-login.js';
import type { Exchange, Question } from './patient-client.js';
import { ask } from './patient-client.js';

export interface Tally {
  readonly requests: number;
  /** Sent anew, as a well-behaved client does. */
  readonly again: number;
  /** What was wrong in the end, each in a sentence. */
  readonly failed: readonly string[];
  readonly seconds: number;
  readonly slowestMillis: number;
}

export interface Lane {
  readonly authorization: string;
  refreshToken: string;
}

/** Logs somebody in for each lane, and keeps what the client got. */
export async function openLanes(addresses: Addresses, count: number): Promise<readonly Lane[]> {
  const lanes: Lane[] = [];
  for (let index = 0; index < count; index++) {
    const { client, tokens } = await logIn(addresses);
    lanes.push({ authorization: basic(client), refreshToken: tokens['refresh_token'] ?? '' });
  }
  return lanes;
}

export interface LoadOptions {
  readonly addresses: Addresses;
  readonly lanes: readonly Lane[];
  /** What each lane does again and again. */
  readonly turn: Turn;
  /** Between one request of a lane and the next. */
  readonly pauseMillis: number;
}

/** Runs until it is told to stop, and tells what happened. */
export function startLoad({ addresses, lanes, turn, pauseMillis }: LoadOptions): { stop(): Promise<Tally> } {
  const began = Date.now();
  const failed: string[] = [];
  const counted = { requests: 0, again: 0, slowestMillis: 0 };
  let over = false;
  const stopped = (): boolean => over;
  const run = async (lane: Lane): Promise<void> => {
    const agent = new http.Agent({ keepAlive: true, maxSockets: 1 });
    /** @returns the answer when it is what it should be */
    const expect = async (what: string, question: Question, right: (answer: Exchange) => boolean) => {
      const at = Date.now();
      counted.requests++;
      let answer: Exchange | undefined;
      try {
        answer = await ask(agent, question);
        counted.again += answer.again;
        if (!right(answer)) failed.push(`${what}: ${String(answer.status)} ${answer.body.slice(0, 200)}`);
      } catch (error) {
        failed.push(`${what}: ${(error as Error).message}`);
      }
      counted.slowestMillis = Math.max(counted.slowestMillis, Date.now() - at);
      await sleep(pauseMillis);
      return answer !== undefined && right(answer) ? (JSON.parse(answer.body) as Record<string, unknown>) : undefined;
    };
    while (!stopped()) await turn(addresses, lane, expect);
    agent.destroy();
  };
  const running = Promise.all(lanes.map(run));
  return {
    async stop() {
      over = true;
      await running;
      return { ...counted, failed, seconds: (Date.now() - began) / 1000 };
    },
  };
}

/** Some requests, one after the other. */
export type Turn = (addresses: Addresses, lane: Lane, expect: Expect) => Promise<unknown>;

type Expect = (
  what: string,
  question: Question,
  right: (answer: Exchange) => boolean,
) => Promise<Record<string, unknown> | undefined>;

const isOk = ({ status }: Exchange): boolean => status === 200;

const atToken = ({ issuer }: Addresses, { authorization }: Lane) =>
  ({ method: 'POST', url: `${issuer}/oauth2/token`, headers: { authorization } }) as const;

export const getDiscovery: Turn = ({ issuer }, _, expect) =>
  expect('discovery', { method: 'GET', url: `${issuer}/.well-known/openid-configuration` }, isOk);

export const getToken = (addresses: Addresses, lane: Lane, expect: Expect) =>
  expect('client_credentials', { ...atToken(addresses, lane), form: { grant_type: 'client_credentials' } }, isOk);

/** Something of everything that clients do all day. */
export const mixture: Turn = async (addresses, lane, expect) => {
  const { issuer, admin, operatorKey } = addresses;
  const issued = await getToken(addresses, lane, expect);
  if (issued !== undefined) {
    const headers = { authorization: `Bearer ${operatorKey}` };
    const form = { token: String(issued['access_token']) };
    const question = { method: 'POST', url: `${admin}/admin/oauth2/introspect`, headers, form } as const;
    await expect('introspection', question, (answer) => isOk(answer) && answer.body.includes('"active":true'));
  }
  if (lane.refreshToken !== '') {
    const form = { grant_type: 'refresh_token', refresh_token: lane.refreshToken };
    const fresh = await expect('refresh', { ...atToken(addresses, lane), form }, isOk);
    // One that is refused is told once; its family has no more to say.
    const next = fresh?.['refresh_token'];
    lane.refreshToken = typeof next === 'string' ? next : '';
  }
  await expect('keys', { method: 'GET', url: `${issuer}/.well-known/jwks.json` }, isOk);
};
