// Several of each service that scales: gateways, admin services and token services, which share the load of one demo.
import type { Replica } from './processes/replica.js';
import { freePort, startReplica } from './processes/replica.js';
import type { OpenTarget, TargetOptions } from './target.js';
import { startTarget } from './target.js';

/** What can be started more than once; the signer waits for its HSM, and has sessions for that. */
const replicated = ['token', 'gateway', 'admin'] as const;

/** @param count how many of each @param names of which, token among them @throws when one does not start */
export async function startReplicated(
  options: TargetOptions,
  count: number,
  names: readonly (typeof replicated)[number][] = replicated,
): Promise<OpenTarget> {
  const tokenPorts = await Promise.all(Array.from({ length: count - 1 }, freePort));
  const tokens = [options.base + 2, ...tokenPorts].map((port) => `127.0.0.1:${String(port)}`);
  const env = { ...options.env, PEERS_TOKEN_ADDRESSES: tokens.join(',') };
  const { target, close: closeTarget } = await startTarget({ ...options, env });
  const started: Replica[] = [];
  const close = async (): Promise<void> => {
    await Promise.all(started.map((replica) => replica.close()));
    await closeTarget();
  };
  try {
    const pids: Record<string, number> = {};
    const origins = { gateway: [] as string[], admin: [] as string[] };
    for (let number = 2; number <= count; number++) {
      for (const name of names) {
        const port = name === 'token' ? (tokenPorts[number - 2] as number) : await freePort();
        const replica = await startReplica(name, target.pids, port, options.signal);
        options.progress(`${name} ${String(number)} of ${String(count)} is ready`);
        started.push(replica);
        pids[`${name}-${String(number)}`] = replica.pid;
        if (name !== 'token') origins[name].push(`http://127.0.0.1:${String(port)}`);
      }
    }
    const further = { public: origins.gateway, admin: origins.admin };
    return { target: { ...target, further, pids: { ...target.pids, ...pids } }, close };
  } catch (error) {
    await close();
    throw error;
  }
}
