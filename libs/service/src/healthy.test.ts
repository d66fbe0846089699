// What a container's health check says of a process that is ready, one that is not, and one that is not there.
import { afterEach, expect, test } from '@jest/globals';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { loadConfig } from './config/load.js';
import { createChecks } from './checks.js';
import { checkHealthy } from './healthy.js';
import { createManagementServer } from './management.js';
import { createMetrics } from './metrics.js';

let server: Server | undefined;
afterEach(() => void server?.close());

async function serving(unready: string | undefined) {
  const management = createManagementServer({
    checks: createChecks(Date.now),
    metrics: createMetrics('token'),
    unready: () => unready,
  });
  server = management;
  await new Promise<void>((resolve) => management.listen(0, '127.0.0.1', resolve));
  return portOf(management);
}

const portOf = (of: Server) => (of.address() as AddressInfo).port;
const configOf = (port: number, host = '127.0.0.1') =>
  loadConfig({ env: { SERVE_MANAGEMENT_TOKEN: String(port), SERVE_MANAGEMENT_HOST: host } });

test('ready', async () => {
  const port = await serving(undefined);
  await checkHealthy('token', configOf(port));
  // One that listens to all is asked on this machine.
  await checkHealthy('token', configOf(port, '0.0.0.0'));
});

test('not ready, and why', async () => {
  await expect(checkHealthy('token', configOf(await serving('it stops')))).rejects.toThrow(/not ready: .*it stops/);
});

test('not there', async () => {
  const port = await serving(undefined);
  await new Promise((resolve) => server?.close(resolve));
  await expect(checkHealthy('token', configOf(port))).rejects.toThrow(/ECONNREFUSED/);
});
