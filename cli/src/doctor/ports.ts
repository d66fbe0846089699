// Ports: free, or with a Cardea on them that is ready.
import { connect } from 'node:net';
import type { Finding } from '../findings/finding.js';
import { note, ok, warning, wrong } from '../findings/finding.js';
import type { Checkup } from './checkup.js';

export async function lookAtPorts({ config }: Checkup): Promise<Finding[]> {
  const { management } = config.serve;
  const services = ['gateway', 'admin', 'token', 'worker', 'keys'] as const;
  const found = await Promise.all(services.map((name) => lookAt(name, management.host, management[name])));
  return found.flat();
}

async function lookAt(name: string, host: string, port: number): Promise<Finding[]> {
  if (port === 0) return [];
  const here = ['0.0.0.0', '::'].includes(host) ? '127.0.0.1' : host;
  if (!(await isTaken(here, port))) return [note(name, `nothing runs at ${host}:${String(port)}; the port is free`)];
  const answer = await fetch(`http://${here}:${String(port)}/health/ready`, { signal: AbortSignal.timeout(3_000) })
    .then(async (response) => ({ status: response.status, text: await response.text() }))
    .catch(() => undefined);
  if (answer?.status === 200) return [ok(name, `ready at ${host}:${String(port)}`)];
  if (answer?.status === 503) {
    return [
      warning(name, `it runs, but is not ready: ${answer.text.slice(0, 300)}`, { fix: 'what it names is missing' }),
    ];
  }
  return [
    wrong(name, `somebody else has port ${String(port)}`, {
      decides: `serve.management.${name}`,
      fix: `ss -ltnp 'sport = :${String(port)}' says who; stop it, or take another port`,
    }),
  ];
}

function isTaken(host: string, port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host, port, timeout: 1_000 });
    const done = (taken: boolean) => () => {
      socket.destroy();
      resolve(taken);
    };
    socket.once('connect', done(true)).once('error', done(false)).once('timeout', done(false));
  });
}
