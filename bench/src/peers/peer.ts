// Other providers, measured in the same run: npm's oidc-provider in processes of ours, and one that runs already and speaks Hydra's
// API.
import { launchWornPostgres } from '../postgres.js';
import { forkServer } from '../processes/fork-server.js';
import type { OpenTarget } from '../target.js';

/** A provider beside ours. */
export interface Peer extends OpenTarget {
  readonly name: string;
}

/** What `--peer-…` said of one that runs already. */
export interface RunningPeer {
  readonly public: string;
  readonly admin: string;
  readonly pids: Readonly<Record<string, number>>;
}

/** A peer that is yet to be started. */
export interface PeerToStart {
  readonly name: string;
  start(): Promise<Peer>;
}

/**
 * @param asked.peers npm's oidc-provider twice
 * @param base the first of three ports
 * @param progress is given what PostgreSQL's start says
 */
export function peersToStart(
  { peers, peer }: { readonly peers: boolean; readonly peer: RunningPeer | undefined },
  base: number,
  progress: (text: string) => void,
): PeerToStart[] {
  const memory = 'oidc-provider, in memory';
  const durable = 'oidc-provider, PostgreSQL';
  return [
    ...(peers
      ? [
          { name: memory, start: () => startOne(memory, base, undefined) },
          { name: durable, start: () => startDurable(durable, base + 1, progress) },
        ]
      : []),
    ...(peer === undefined ? [] : [{ name: 'peer', start: () => attachPeer(peer) }]),
  ];
}

/** @throws when it is not what it should be */
async function attachPeer({ public: origin, admin, pids }: RunningPeer): Promise<Peer> {
  const answer = await fetch(`${origin}/.well-known/openid-configuration`);
  const { issuer } = (await answer.json()) as { issuer: string };
  const target = { public: origin, admin, issuer, introspection: '', hsm: false, pids };
  return { name: 'peer', target, close: () => Promise.resolve() };
}

async function startDurable(name: string, base: number, progress: (text: string) => void): Promise<Peer> {
  // Settings as ours has them: what is compared is the program.
  const postgres = await launchWornPostgres({ port: base + 1, progress });
  try {
    const { target, close } = await startOne(name, base, postgres.dsn);
    const pids = { ...target.pids, postgres: postgres.pid };
    return { name, target: { ...target, pids }, close: () => close().finally(() => postgres.stop()) };
  } catch (error) {
    await postgres.stop();
    throw error;
  }
}

async function startOne(name: string, port: number, dsn: string | undefined): Promise<Peer> {
  const module = new URL('oidc-provider-main.js', import.meta.url);
  const { pid, close } = await forkServer(name, module, [String(port), ...(dsn === undefined ? [] : [dsn])]);
  const origin = `http://127.0.0.1:${String(port)}`;
  const target = { public: origin, admin: origin, issuer: origin, introspection: '', hsm: false };
  return { name, target: { ...target, pids: { 'oidc-provider': pid }, dialect: 'oidc-provider' }, close };
}
