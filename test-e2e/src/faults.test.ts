// Parts die: what depends on them answers 503, everything else goes on, and nobody needs a restart afterwards.
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { readdirSync, readFileSync } from 'node:fs';
import type { CreatedClient } from './clients.js';
import { basic, createClient } from './clients.js';
import { askToken, freshCode, redeem } from './code-flow.js';
import type { Demo } from './demo.js';
import { startDemo } from './demo.js';

let demo: Demo;
let client: CreatedClient;
let signing: CreatedClient;

beforeAll(async () => {
  demo = await startDemo();
  client = await createClient(demo.admin);
  signing = await createClient(demo.admin, { access_token_strategy: 'jwt' });
}, 150_000);

afterAll(async () => {
  await demo.stop();
});

interface Answer {
  status: number;
  body: { access_token?: string; id_token?: string; error?: string; error_id?: string; active?: boolean };
}

const issue = (who: CreatedClient = client): Promise<Answer> =>
  askToken(demo, who, { grant_type: 'client_credentials' });

async function introspect(token: string): Promise<Answer> {
  const response = await fetch(`${demo.admin}/admin/oauth2/introspect`, {
    method: 'POST',
    body: new URLSearchParams({ token }),
  });
  return { status: response.status, body: (await response.json()) as Answer['body'] };
}

const health = async (of: 'alive' | 'ready'): Promise<Answer> => {
  const { status } = await fetch(`${demo.public}/health/${of}`);
  return { status, body: {} };
};

/** Asks until the answer has this status; fails after `seconds`. */
async function until(status: number, ask: () => Promise<Answer>, seconds = 15): Promise<Answer> {
  const end = Date.now() + seconds * 1000;
  let last: Answer | undefined;
  while (Date.now() < end) {
    last = await ask().catch(() => undefined);
    if (last?.status === status) return last;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error(`no ${String(status)} within ${String(seconds)} s; the last answer was ${JSON.stringify(last)}`);
}

/** A process and all that it started: PostgreSQL answers from a process for each connection. */
function processesBelow(pid: number): number[] {
  const parents = readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map((name) => [Number(name), parentOf(name)] as const);
  const below = (of: number): number[] =>
    parents.filter(([, parent]) => parent === of).flatMap(([one]) => [one, ...below(one)]);
  return [pid, ...below(pid)];
}

function parentOf(pid: string): number | undefined {
  try {
    return Number(/^\d+ \(.*\) . (\d+)/s.exec(readFileSync(`/proc/${pid}/stat`, 'utf8'))?.[1]);
  } catch {
    return undefined;
  }
}

/** Freezes a process for the length of `work`: to its peers it is neither dead nor alive. */
async function frozen(pid: number, work: () => Promise<void>): Promise<void> {
  process.kill(pid, 'SIGSTOP');
  try {
    await work();
  } finally {
    process.kill(pid, 'SIGCONT');
  }
}

const unavailable = { status: 503, body: { error: 'temporarily_unavailable', error_id: expect.any(String) } };

describe('PostgreSQL', () => {
  test('hangs: what needs it is 503 at once for all, what is half done can be done again', async () => {
    const code = await freshCode(demo, client);
    const next = await freshCode(demo, client);
    const spent = (await redeem(demo, client, next)).body;
    const stopped = processesBelow(demo.pids.postgres);
    for (const pid of stopped) process.kill(pid, 'SIGSTOP');
    try {
      const [redeemed, refreshed, issued, listed] = await Promise.all([
        redeem(demo, client, code),
        askToken(demo, client, { grant_type: 'refresh_token', refresh_token: spent.refresh_token ?? '' }),
        issue(),
        fetch(`${demo.admin}/admin/clients`),
      ]);
      for (const answer of [redeemed, refreshed, issued]) expect(answer).toMatchObject(unavailable);
      expect(listed.status).toBe(503);
      // Replicas look at it all the time, and what it said is remembered for a second.
      await until(503, () => health('ready'));
      expect((await health('alive')).status).toBe(200);
    } finally {
      for (const pid of stopped) process.kill(pid, 'SIGCONT');
    }
    await until(200, issue);
    // Nobody knows whether the first one got through before the storage hung; trying again must not make it worse.
    const again = await askToken(demo, client, {
      grant_type: 'refresh_token',
      refresh_token: spent.refresh_token ?? '',
    });
    expect(again.status).toBe(200);
  }, 60_000);

  test('restarts: unknown is 503, never a verdict, and all is well afterwards without a restart', async () => {
    const { body } = await issue();
    const token = body.access_token ?? '';
    // SIGQUIT to the postmaster is an immediate shutdown; the demo's supervisor starts it again.
    process.kill(demo.pids.postgres, 'SIGINT');
    const refused = await until(503, issue);
    expect(refused).toMatchObject(unavailable);
    await until(200, issue, 30);
    const after = await introspect(token);
    expect([after.status, after.body.active]).toEqual([200, true]);
  }, 60_000);
});

describe('Redis', () => {
  test('stops for good: tokens are issued, introspected and revoked, correctly', async () => {
    const { body } = await issue();
    const token = body.access_token ?? '';
    await introspect(token);
    await introspect(token);
    await frozen(demo.pids.redis, async () => {
      expect((await issue()).status).toBe(200);
      expect((await introspect(token)).body.active).toBe(true);
      const revoked = await fetch(`${demo.public}/oauth2/revoke`, {
        method: 'POST',
        headers: { authorization: basic(client) },
        body: new URLSearchParams({ token }),
      });
      expect(revoked.status).toBe(200);
      expect((await introspect(token)).body).toEqual({ active: false });
    });
    for (let i = 0; i < 20; i++) {
      expect((await introspect(token)).body).toEqual({ active: false });
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }, 30_000);
});

describe('the keys service', () => {
  test('hangs: a code that wants an ID token is not spent, and brings one afterwards', async () => {
    const code = await freshCode(demo, client);
    await frozen(demo.pids.keys, async () => {
      expect(await redeem(demo, client, code)).toMatchObject(unavailable);
      expect((await issue()).status).toBe(200);
    });
    const redeemed = await until(200, () => redeem(demo, client, code), 20);
    expect(redeemed.body.id_token).toEqual(expect.any(String));
  }, 60_000);

  test('dies: what needs a signature waits or is 503, opaque tokens flow on, and it heals', async () => {
    expect((await issue(signing)).status).toBe(200);
    process.kill(demo.pids.keys, 'SIGKILL');
    const outcomes = await Promise.all(
      Array.from({ length: 10 }, async () => [await issue(signing), await issue()] as const),
    );
    for (const [signed, opaque] of outcomes) {
      // The supervisor is quick: who asks while it is may get an answer after all.
      if (signed.status !== 200) expect(signed).toMatchObject(unavailable);
      expect(opaque.status).toBe(200);
    }
    await until(200, () => issue(signing), 20);
  }, 60_000);
});

describe('the token service', () => {
  test('is asked to stop under load: nothing acknowledged is lost', async () => {
    const acknowledged: string[] = [];
    let running = true;
    const load = Array.from({ length: 8 }, async () => {
      while (running) {
        const answer = await issue().catch(() => undefined);
        if (answer?.status === 200) acknowledged.push(answer.body.access_token ?? '');
        else expect([503, undefined]).toContain(answer?.status);
      }
    });
    await new Promise((resolve) => setTimeout(resolve, 300));
    process.kill(demo.pids.token, 'SIGTERM');
    await new Promise((resolve) => setTimeout(resolve, 1_000));
    running = false;
    await Promise.all(load);
    await until(200, issue, 20);
    expect(acknowledged.length).toBeGreaterThan(20);
    for (const token of acknowledged) {
      const answer = await until(200, () => introspect(token));
      expect(answer.body.active).toBe(true);
    }
  }, 60_000);
});

describe('the gateway', () => {
  test('drains on SIGTERM: every request it took is answered', async () => {
    let running = true;
    const failures: unknown[] = [];
    let answered = 0;
    const load = Array.from({ length: 8 }, async () => {
      while (running) {
        try {
          const response = await fetch(`${demo.public}/oauth2/token`, {
            method: 'POST',
            headers: { authorization: basic(client) },
            body: new URLSearchParams({ grant_type: 'client_credentials' }),
          });
          if (response.status !== 200) failures.push(response.status);
          await response.text();
          answered++;
        } catch (error) {
          // Nobody listens while the supervisor starts the next one: a refused connection loses no request.
          const code = (error as { cause?: { code?: string } }).cause?.code;
          if (code !== 'ECONNREFUSED') failures.push(code ?? error);
          await new Promise((resolve) => setTimeout(resolve, 20));
        }
      }
    });
    await new Promise((resolve) => setTimeout(resolve, 300));
    process.kill(demo.pids.gateway, 'SIGTERM');
    await new Promise((resolve) => setTimeout(resolve, 2_500));
    running = false;
    await Promise.all(load);
    expect(failures).toEqual([]);
    expect(answered).toBeGreaterThan(20);
  }, 60_000);
});
