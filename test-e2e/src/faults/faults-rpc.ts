// Faults of gRPC between our own services: replicas refuse one call in ten, have too much to do, lose answers, and tell their clients to
// go. Nothing that must not be done twice is asked twice (security F18).
import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { basic, createClient } from '../clients.js';
import type { During, Fault } from './fault.js';
import { again, refusals } from './fault.js';
import type { House } from './house.js';
import type { RpcWires } from './rpc-setting.js';
import { rpcOf, rpcWired } from './rpc-setting.js';
import type { RpcWire } from './rpc-wire.js';

const pauseMillis = 20;

/** Asks with codes that nobody has given, one after the other, until it is told to stop. @returns those it has sent once each */
function presentCodes(house: House, authorization: string): () => Promise<string[]> {
  const codes: string[] = [];
  let running = true;
  const lane = async () => {
    for (let turn = 0; running; turn++) {
      const code = `once-${randomUUID()}`;
      codes.push(code);
      const form = { grant_type: 'authorization_code', code, redirect_uri: 'http://127.0.0.1:9/callback' };
      const url = `${house.gateways[turn % 2]?.origin ?? ''}/oauth2/token`;
      const answer = await fetch(url, { method: 'POST', headers: { authorization }, body: new URLSearchParams(form) });
      await answer.arrayBuffer();
      await sleep(pauseMillis);
    }
  };
  const all = Promise.all([lane(), lane(), lane()]);
  return async () => {
    running = false;
    await all;
    return codes;
  };
}

/** @throws when a code was seen more often than it was sent */
function demandOnce({ token }: RpcWires, codes: readonly string[]): void {
  const issued = token.flatMap(({ seen }) => seen.filter(({ method }) => method.endsWith('/IssueToken')));
  const times = codes.map((code) => issued.filter(({ request }) => request.includes(code)).length);
  const most = Math.max(0, ...times);
  if (most > 1) throw new Error(`a code that was sent once was seen ${String(most)} times`);
  if (most === 0) throw new Error('no code was seen on the wires');
}

const between = rpcWired(['token-1', 'token-2', 'gateway-1', 'gateway-2']);

/** Codes are presented meanwhile, and none of them is seen twice. */
const rpcFault = (how: string, inflict: (wires: RpcWires, during: During) => Promise<void>): Fault => ({
  id: 'F18',
  how,
  may: refusals,
  within: between,
  async inflict(house, during) {
    const wires = rpcOf(house);
    const client = await createClient(house.admin.origin);
    const stop = presentCodes(house, basic(client));
    try {
      await inflict(wires, during);
    } finally {
      for (const wire of wires.all) wire.mend();
      demandOnce(wires, await stop());
    }
  },
});

const unavailable = 14;
const exhausted = 8;

/** One in ten, of each kind the tenth. @returns the verdict, and how often it has been that status */
function oneInTen(status: number) {
  let turn = 0;
  const verdict = () => (++turn % 10 === 0 ? status : 'pass');
  return { verdict, given: () => Math.floor(turn / 10) };
}

/** How much longer it goes on when there were too few calls: the load is what chance makes it. */
const patienceMillis = 30_000;

/** It came to clients as what it is; that each says so with Retry-After is judged with all other answers. */
const demandRefusals = (during: During) =>
  during.afterwards((asks) => {
    if (!asks.some(({ outcome }) => outcome === 'refused')) throw new Error('nothing was refused');
  });

async function countLost(wires: readonly RpcWire[], during: During): Promise<void> {
  const times = await again(during, 250, () => wires.forEach((wire) => wire.loseNext()));
  during.note(`${String(times * wires.length)} times`);
}

export const rpcFaults: readonly Fault[] = [
  rpcFault('one call in ten to a token or keys service is answered UNAVAILABLE', async (wires, during) => {
    const judges = wires.all.map((wire) => {
      const judge = oneInTen(unavailable);
      wire.judge(judge.verdict);
      return judge;
    });
    const given = () => judges.reduce((sum, judge) => sum + judge.given(), 0);
    await during.pause(during.millis);
    for (const end = Date.now() + patienceMillis; given() === 0 && Date.now() < end;) await during.pause(100);
    if (given() === 0) throw new Error('there were too few calls');
    during.note(`${String(given())} times`);
  }),
  rpcFault('one of the token services says to each call that it has too much to do', async ({ token }, during) => {
    token[0]?.judge(() => exhausted);
    await during.pause(during.millis);
    demandRefusals(during);
  }),
  rpcFault('the stream to a token service is reset after calls were sent, again and again', ({ token }, during) =>
    countLost(token, during),
  ),
  rpcFault('token and keys services send their clients away (GOAWAY), again and again', async (wires, during) => {
    const times = await again(during, 500, () => wires.all.forEach((wire) => wire.sendAway()));
    during.note(`${String(times)} times`);
  }),
];
