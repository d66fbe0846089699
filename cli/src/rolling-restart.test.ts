// Every service is restarted, one replica at a time, three times over, under load: a client that goes where it is ready, leaves when
// it is told to and comes back when it is told to sees no failure (security catalogue F22).
import { service as admin } from '@cardea/admin';
import { service as gateway } from '@cardea/gateway';
import { service as keys } from '@cardea/keys';
import type { Log, RunningService, Service } from '@cardea/service';
import { loadConfig, startService } from '@cardea/service';
import { connectForMigrations, service as token, workerService } from '@cardea/token';
import { afterAll, beforeAll, expect, jest, test } from '@jest/globals';
import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import http from 'node:http';
import os from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { freePorts, run } from './running.fixture.js';

// For busy machines; nothing here depends on how fast anything is.
jest.setTimeout(240_000);

const neededDsn = String(process.env['CARDEA_TEST_DSN']);
const redisUrl = String(process.env['CARDEA_TEST_REDIS_URL']).replace(/\/\d*$/, '/15');
const quiet = () => undefined;
const log: Log = { debug: quiet, info: quiet, warn: quiet, error: quiet };

/** One replica, which can be stopped and started again at the same place. */
interface Replica {
  readonly name: string;
  stop(): Promise<void>;
  start(): Promise<void>;
}

const ends: (() => Promise<unknown>)[] = [];
const replicas: Replica[] = [];
let ports: { readonly public: readonly number[]; readonly admin: readonly number[] };
let env: Record<string, string>;

async function replica(name: string, service: Service, own: Record<string, string>): Promise<Replica> {
  let running: RunningService | undefined;
  const made: Replica = {
    name,
    async stop() {
      await running?.stop();
      running = undefined;
    },
    async start() {
      running = await startService(service, loadConfig({ env: { ...env, ...own } }), { log });
    },
  };
  await made.start();
  ends.push(() => made.stop());
  return made;
}

beforeAll(async () => {
  const server = await connectForMigrations(neededDsn);
  const name = `cardea_rolling_${randomBytes(6).toString('hex')}`;
  await server.query(`CREATE DATABASE ${name}`);
  ends.push(() => server.query(`DROP DATABASE ${name} WITH (FORCE)`).then(() => server.end()));
  const directory = mkdtempSync(path.join(os.tmpdir(), 'cardea-rolling-'));
  ends.push(async () => rmSync(directory, { recursive: true, force: true }));
  const [p1 = 0, p2 = 0, a1 = 0, a2 = 0] = await freePorts(4);
  ports = { public: [p1, p2], admin: [a1, a2] };
  const socket = (of: string) => `unix:${path.join(directory, of)}.sock`;
  env = {
    ...Object.fromEntries(['GATEWAY', 'ADMIN', 'TOKEN', 'KEYS', 'WORKER'].map((of) => [`SERVE_MANAGEMENT_${of}`, '0'])),
    DSN: Object.assign(new URL(neededDsn), { pathname: `/${name}` }).toString(),
    REDIS_URL: redisUrl,
    SECRETS_SYSTEM: randomBytes(16).toString('hex'),
    KEYS_KEK: randomBytes(32).toString('base64'),
    URLS_SELF_ISSUER: `http://127.0.0.1:${String(p1)}`,
    SERVE_KEYS_ADDRESS: socket('keys'),
    PEERS_TOKEN_ADDRESSES: [socket('token1'), socket('token2')].join(','),
    SERVE_DRAIN_GRACE: '400ms',
  };
  for (const words of [
    ['migrate', 'up'],
    ['keys', 'bootstrap'],
  ]) {
    const { code, err } = await run(words, { env });
    if (code !== 0) throw new Error(`${words.join(' ')}: ${err}`);
  }
  await replica('keys', keys, {});
  for (const which of ['token1', 'token2'])
    replicas.push(await replica(which, token, { SERVE_TOKEN_ADDRESS: socket(which) }));
  for (const port of ports.public)
    replicas.push(await replica(`gateway ${String(port)}`, gateway, { SERVE_PUBLIC_PORT: String(port) }));
  for (const port of ports.admin)
    replicas.push(await replica(`admin ${String(port)}`, admin, { SERVE_ADMIN_PORT: String(port) }));
  replicas.push(await replica('worker', workerService, {}));
}, 120_000);
afterAll(async () => {
  for (const end of ends.reverse()) await end();
});

interface Answer {
  readonly status: number;
  readonly retryAfter: string | undefined;
  readonly text: string;
}

/** One request over kept connections; node's agent leaves those whose answer says `Connection: close`. */
function send(agent: http.Agent, port: number, at: string, form: Record<string, string>): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const headers = { 'content-type': 'application/x-www-form-urlencoded' };
    const sending = http.request({ agent, port, host: '127.0.0.1', path: at, method: 'POST', headers }, (response) => {
      let text = '';
      response.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
      response.on('end', () => {
        resolve({ status: response.statusCode ?? 0, retryAfter: response.headers['retry-after'], text });
      });
      response.on('error', reject);
    });
    sending.on('error', reject);
    sending.end(new URLSearchParams(form).toString());
  });
}

/** Sends where it is ready, as a load balancer does that looks every 50 ms, and again when it is asked to. */
function balancer(all: readonly number[], ready: string) {
  const agent = new http.Agent({ keepAlive: true });
  let usable = [...all];
  let turn = 0;
  let looking = true;
  const look = (async () => {
    for (; looking; await sleep(50)) {
      const found = await Promise.all(
        all.map(async (port) => {
          const answer = await fetch(`http://127.0.0.1:${String(port)}${ready}`).catch(() => undefined);
          return answer?.status === 200 ? [port] : [];
        }),
      );
      if (found.flat().length > 0) usable = found.flat();
    }
  })();
  return {
    usable: () => usable.length,
    async ask(at: string, form: Record<string, string>): Promise<Answer> {
      for (let attempt = 0; ; attempt++) {
        const answer = await send(agent, usable[turn++ % usable.length] ?? 0, at, form);
        if (answer.status !== 503 || answer.retryAfter === undefined || attempt === 5) return answer;
        await sleep(Number(answer.retryAfter) * 1000);
      }
    },
    async stop() {
      looking = false;
      await look;
      agent.destroy();
    },
  };
}

test('F22: no request fails while token, gateway, admin and worker are restarted in turn, three rounds', async () => {
  const open = balancer(ports.public, '/health/ready');
  const operators = balancer(ports.admin, '/health/ready');
  ends.push(open.stop, operators.stop);
  const created = await fetch(`http://127.0.0.1:${String(ports.admin[0])}/admin/clients`, {
    method: 'POST',
    body: JSON.stringify({
      ...{ client_id: 'app', client_secret: 'a-secret-of-this-test', grant_types: ['client_credentials'] },
      token_endpoint_auth_method: 'client_secret_post',
    }),
  });
  expect(created.status).toBe(201);
  const credentials = { client_id: 'app', client_secret: 'a-secret-of-this-test' };

  const failures: unknown[] = [];
  let [done, running] = [0, true];
  const lane = async (): Promise<void> => {
    while (running) {
      try {
        const issued = await open.ask('/oauth2/token', { ...credentials, grant_type: 'client_credentials' });
        if (issued.status !== 200) throw new Error(`token: ${String(issued.status)} ${issued.text}`);
        const { access_token: accessToken } = JSON.parse(issued.text) as { access_token: string };
        const told = await operators.ask('/admin/oauth2/introspect', { token: accessToken });
        if (told.status !== 200 || !told.text.includes('"active":true')) throw new Error(`introspect: ${told.text}`);
        done++;
      } catch (error) {
        failures.push(error);
      }
    }
  };
  const lanes = Array.from({ length: 6 }, lane);
  const more = async (count: number): Promise<void> => {
    for (const target = done + count; done < target && failures.length === 0;) await sleep(10);
    expect(failures).toEqual([]);
  };
  await more(20);
  for (let round = 0; round < 3; round++) {
    for (const each of replicas) {
      await each.stop();
      await more(10);
      await each.start();
      while (open.usable() + operators.usable() < 4) await sleep(20);
      await more(10);
    }
  }
  running = false;
  await Promise.all(lanes);
  expect(failures).toEqual([]);
  expect(done).toBeGreaterThan(3 * replicas.length * 20);
});
