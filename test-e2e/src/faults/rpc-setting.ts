// Wires between services and the replicas they ask over gRPC, for as long as faults want them (security F18, F19).
import type { House } from './house.js';
import type { RpcWire } from './rpc-wire.js';
import { createRpcWire } from './rpc-wire.js';
import type { Setting } from './setting.js';

export interface RpcWires {
  /** From the gateways to each token service. */
  readonly token: readonly RpcWire[];
  /** From the token services to each keys service. */
  readonly keys: readonly RpcWire[];
  readonly all: readonly RpcWire[];
}

/** Puts wires between these services and those behind them. */
export const rpcWired =
  (names: readonly ('token-1' | 'token-2' | 'gateway-1' | 'gateway-2')[]): Setting =>
  async (house) => {
    const open = (addresses: readonly string[]) => Promise.all(addresses.map(createRpcWire));
    const token = await open(house.tokens.map(({ address }) => address));
    const keys = await open(['keys-1', 'keys-2'].map((name) => `unix:${house.directory}/${name}.sock`));
    const all = [...token, ...keys];
    const restart = async (through: boolean) => {
      const one = async (name: (typeof names)[number]) => {
        const variable = name.startsWith('token') ? 'PEERS_KEYS_ADDRESSES' : 'PEERS_TOKEN_ADDRESSES';
        const addresses = (name.startsWith('token') ? keys : token).map(({ address }) => address).join(',');
        // Nobody asks: there is nothing to be drained.
        await house.members[name].kill();
        await house.members[name].start(through ? { [variable]: addresses } : {});
      };
      await Promise.all(names.map(one));
    };
    const down = async () => {
      for (const wire of all) wire.mend();
      await restart(false);
      await Promise.all(all.map((wire) => wire.close()));
    };
    await restart(true).catch(async (error: unknown) => {
      await down();
      throw error;
    });
    return { house: { ...house, rpc: { token, keys, all } }, down };
  };

/** @throws when a house was not given wires */
export function rpcOf({ rpc }: House): RpcWires {
  if (rpc === undefined) throw new Error('there are no wires between the services');
  return rpc;
}
