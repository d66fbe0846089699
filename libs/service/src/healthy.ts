// `--healthy`: a process asks the one that serves with the same configuration whether it is ready, for health checks of containers
// that hold no other program.
import { get } from 'node:http';
import type { Config } from './config/load.js';
import type { ServiceName } from './service.js';

const patienceMillis = 3_000;

/** Settles when it is ready. @throws with what it answers instead */
export function checkHealthy(name: ServiceName, { serve: { management } }: Config): Promise<void> {
  const host = management.host === '0.0.0.0' ? '127.0.0.1' : management.host === '::' ? '::1' : management.host;
  const options = { host, port: management[name], path: '/health/ready', timeout: patienceMillis };
  return new Promise((resolve, reject) => {
    const request = get(options, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('end', () => {
        if (response.statusCode === 200) resolve();
        else reject(new Error(`not ready: ${Buffer.concat(chunks).toString('utf8').trim()}`));
      });
    });
    request.on('timeout', () => request.destroy(new Error(`no answer within ${String(patienceMillis)} ms`)));
    request.on('error', reject);
  });
}
