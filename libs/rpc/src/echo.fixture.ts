// A service for tests with every way a call can go, and real servers and peers around it that are closed after each test.
import { afterEach } from '@jest/globals';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { EchoDefinition, Said } from './echo-contract.fixture.js';
import { echo, echoAndMore } from './echo-contract.fixture.js';
import type { ClientOf, ClientOptions, Peer, PeerOptions } from './peer.js';
import { connectPeer } from './peer.js';
import type { RpcServer, RpcServerOptions } from './server.js';
import { serveRpc } from './server.js';
import type { AllowList, CallContext, Handlers } from './service.js';
import { implement } from './service.js';

/** A log that keeps its lines. */
export interface KeptLog {
  readonly lines: { level: string; fields: Record<string, unknown>; message: string }[];
  error(fields: object, message: string): void;
  warn(fields: object, message: string): void;
}

export function keptLog(): KeptLog {
  const lines: KeptLog['lines'] = [];
  const at = (level: string) => (fields: object, message: string) =>
    void lines.push({ level, fields: { ...fields }, message });
  return { lines, error: at('error'), warn: at('warn') };
}

const closers: (() => Promise<void>)[] = [];
afterEach(async () => {
  await Promise.all(closers.splice(0).map((close) => close()));
});

export interface EchoOptions extends Partial<RpcServerOptions> {
  readonly ask?: (request: Said, context: CallContext) => Promise<Said>;
  readonly allow?: AllowList | undefined;
}

/** Serves echo, on a port of its own unless told where. */
export async function serveEcho({ ask, allow, ...options }: EchoOptions = {}): Promise<RpcServer> {
  const handlers: Handlers<EchoDefinition> = {
    say: (request) => Promise.resolve(request),
    ask: ask ?? ((said) => Promise.resolve(said)),
  };
  const server = await serveRpc({
    address: '127.0.0.1:0',
    security: { kind: 'plain' },
    health: () => true,
    reflection: false,
    advises: true,
    log: keptLog(),
    services: [implement(echo, handlers, allow)],
    ...options,
  });
  closers.push(() => server.close());
  return server;
}

/** Connects to servers of echo. A busy machine may take its time over that; who tests impatience says so. */
export function peerOf(addresses: readonly string[], options: Partial<PeerOptions> = {}): Peer {
  const peer = connectPeer({ addresses, security: { kind: 'plain' }, patienceMillis: 4_000, ...options });
  closers.push(() => peer.close());
  return peer;
}

export type EchoClient = ClientOf<typeof echoAndMore>;

/** The two ways a call can travel, for tests that hold both to the same. */
export const roads = [
  ['the stream', { hot: true }],
  ['unary calls', { hot: false }],
] as const satisfies readonly (readonly [string, ClientOptions<EchoDefinition>])[];

export function clientOf(peer: Peer, options: ClientOptions<typeof echoAndMore> = { hot: true }): EchoClient {
  return peer.client(echoAndMore, options);
}

/** A path for a socket that nobody else has. */
export function socketPath(): string {
  return join(mkdtempSync(join(tmpdir(), 'cardea-rpc-')), 's');
}

/** A promise and the hand that settles it. */
export function gate<T = void>(): { promise: Promise<T>; open: (value: T) => void } {
  let open: (value: T) => void = () => undefined;
  const promise = new Promise<T>((resolve) => (open = resolve));
  return { promise, open };
}

/** Waits until something holds, which it must before the test's own time is over. */
export async function until(holds: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await holds())) await new Promise((resolve) => setTimeout(resolve, 5));
}
