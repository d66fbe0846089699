// Faults of gRPC between our own services: replicas refuse one call in ten, have too much to do, lose answers, and tell their clients to
// go. Nothing that must not be done twice is asked twice (security F18).
import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { basic, createClient } from '../clients.js';
import type { During, Fault } from './fault.js';
import { again, losses } from './fault.js';
import type { House } from './house.js';
import type { RpcWire } from './rpc-wire.js';
import { createRpcWire } from './rpc-wire.js';

interface Wires {
  /** From the gateways to each token service. */
  readonly token: readonly RpcWire[];
  /** From the token services to each keys service. */
  readonly keys: readonly RpcWire[];
  all(): readonly RpcWire[];
}

/** Puts wires between these services and those behind them for as long as `work` takes. */
export async function wired(
  house: House,
  during: During,
  names: readonly ('token-1' | 'token-2' | 'gateway-1' | 'gateway-2')[],
  work: (wires: Wires) => Promise<void>,
): Promise<void> {
  const open = (addresses: readonly string[]) => Promise.all(addresses.map(createRpcWire));
  const token = await open(house.tokens.map(({ address }) => address));
  const keys = await open(['keys-1', 'keys-2'].map((name) => `unix:${house.directory}/${name}.sock`));
  const all = () => [...token, ...keys];
  const roll = async (through: boolean) => {
    for (const name of names) {
      const variable = name.startsWith('token') ? 'PEERS_KEYS_ADDRESSES' : 'PEERS_TOKEN_ADDRESSES';
      const addresses = (name.startsWith('token') ? keys : token).map(({ address }) => address).join(',');
      await house.members[name].stop();
      await house.members[name].start(through ? { [variable]: addresses } : {});
      // Who asks it has a second to find it again.
      await during.pause(1_500);
    }
  };
  try {
    await roll(true);
    await work({ token, keys, all });
  } finally {
    for (const wire of all()) wire.mend();
    await roll(false);
    await Promise.all(all().map((wire) => wire.close()));
  }
}

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
function demandOnce({ token }: Wires, codes: readonly string[]): void {
  const issued = token.flatMap(({ seen }) => seen.filter(({ method }) => method.endsWith('/IssueToken')));
  const times = codes.map((code) => issued.filter(({ request }) => request.includes(code)).length);
  const most = Math.max(0, ...times);
  if (most > 1) throw new Error(`a code that was sent once was seen ${String(most)} times`);
  if (most === 0) throw new Error('no code was seen on the wires');
}

/** Codes are presented meanwhile, and none of them is seen twice. */
const rpcFault = (how: string, inflict: (wires: Wires, during: During) => Promise<void>): Fault => ({
  id: 'F18',
  how,
  // Gateways are restarted for it, and on a busy machine a client may use a connection in the moment in which it is closed.
  may: losses,
  async inflict(house, during) {
    const client = await createClient(house.admin.origin);
    await wired(house, during, ['token-1', 'token-2', 'gateway-1', 'gateway-2'], async (wires) => {
      const stop = presentCodes(house, basic(client));
      await inflict(wires, during).finally(async () => demandOnce(wires, await stop()));
    });
  },
});

const unavailable = 14;
const exhausted = 8;

/** One in ten, of each kind the tenth. */
function oneInTen(status: number) {
  let turn = 0;
  return () => (++turn % 10 === 0 ? status : 'pass');
}

async function countLost(wires: readonly RpcWire[], during: During): Promise<void> {
  const times = await again(during, 250, () => wires.forEach((wire) => wire.loseNext()));
  during.note(`${String(times * wires.length)} times`);
}

export const rpcFaults: readonly Fault[] = [
  rpcFault('one call in ten to a token or keys service is answered UNAVAILABLE', async (wires, during) => {
    for (const wire of wires.all()) wire.judge(oneInTen(unavailable));
    await during.pause(during.millis);
  }),
  rpcFault('one of the token services says to each call that it has too much to do', async ({ token }, during) => {
    token[0]?.judge(() => exhausted);
    await during.pause(during.millis);
  }),
  rpcFault('the stream to a token service is reset after calls were sent, again and again', ({ token }, during) =>
    countLost(token, during),
  ),
  rpcFault('token and keys services send their clients away (GOAWAY), again and again', async (wires, during) => {
    const times = await again(during, 500, () => wires.all().forEach((wire) => wire.sendAway()));
    during.note(`${String(times)} times`);
  }),
];
