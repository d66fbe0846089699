// One process of the house: started as an operator would, `cardea serve KIND --config FILE`, and treated as badly as a fault wants.
import type { Launched } from '@cardea/all';
import { launchProgram } from '@cardea/all';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { root } from '../processes.js';
import type { Kind, MemberName } from './house-settings.js';
import { sendSignal } from './send-signal.js';

export interface Member {
  readonly name: MemberName;
  /** Where it tells of its health. */
  readonly managementPort: number;
  pid(): number;
  /** Whether it runs, answering or not. */
  running(): boolean;
  ready(): Promise<boolean>;
  /** Starts it when it does not run, and settles when it is ready. */
  start(environment?: Readonly<Record<string, string>>, logTo?: string): Promise<void>;
  /** What it tells Prometheus. */
  metrics(): Promise<string>;
  signal(name: NodeJS.Signals): void;
  /** Settles when it has ended by itself or by a signal. */
  ended(): Promise<void>;
  /** As an operator ends it. */
  stop(): Promise<void>;
  /** As nobody should. */
  kill(): Promise<void>;
}

const patienceMillis = 90_000;

export function createMember(options: {
  readonly name: MemberName;
  readonly kind: Kind;
  readonly configFile: string;
  readonly logFile: string;
  readonly managementPort: number;
  readonly environment: Readonly<Record<string, string>>;
}): Member {
  const { name, kind, configFile, logFile, managementPort } = options;
  const args = [path.join(root, 'cli/bin/cardea.js'), 'serve', kind, '--config', configFile];
  let current: (Launched & { over: boolean }) | undefined;

  const running = () => current !== undefined && !current.over;
  const ready = async () => {
    const signal = AbortSignal.timeout(5_000);
    const answer = await fetch(`http://127.0.0.1:${String(managementPort)}/health/ready`, { signal }).catch(
      () => undefined,
    );
    await answer?.text().catch(() => undefined);
    return answer?.status === 200;
  };
  return {
    name,
    managementPort,
    pid: () => current?.pid ?? 0,
    running,
    ready,
    async metrics() {
      const answer = await fetch(`http://127.0.0.1:${String(managementPort)}/metrics`);
      return answer.text();
    },
    async start(environment = {}, logTo = logFile) {
      if (!running()) {
        const launched = {
          ...(await launchProgram({ kind, args, env: { ...options.environment, ...environment }, logFile: logTo })),
          over: false,
        };
        void launched.exited.then(() => (launched.over = true));
        current = launched;
      }
      for (const end = Date.now() + patienceMillis; !(await ready()); await sleep(50)) {
        if (running() && Date.now() < end) continue;
        throw new Error(
          `${name} did not become ready; its log ends with:\n${readFileSync(logFile, 'utf8').slice(-2_000)}`,
        );
      }
    },
    signal(signal) {
      if (running()) sendSignal(current?.pid ?? 0, signal);
    },
    ended: async () => current?.exited,
    async stop() {
      if (running()) await current?.stop();
    },
    async kill() {
      if (!running()) return;
      sendSignal(current?.pid ?? 0, 'SIGKILL');
      await current?.exited;
    },
  };
}
