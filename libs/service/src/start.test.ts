// A service from start to stop, over real HTTP and gRPC: nothing in flight is lost, and nothing stays behind.
import { describe, expect, test } from '@jest/globals';
import { connectPeer, implement, introspectionV1 } from '@cardea/rpc';
import { createServer } from 'node:http';
import type { Host } from './service.js';
import { freePorts, gate, keepingLog, managementOf, startOne } from './running.fixture.js';
import { startService } from './start.js';

const { IntrospectResponse, IntrospectionServiceService } = introspectionV1;

async function status(url: string): Promise<number> {
  const response = await fetch(url, { signal: AbortSignal.timeout(5_000) });
  await response.body?.cancel();
  return response.status;
}

/** Listeners whose answers wait for the gate; `arrived` passes once both have a request in hand. */
async function slowListeners(host: Host, release: Promise<void>) {
  const web = gate();
  const calls = gate();
  const server = createServer((_request, response) => {
    web.open();
    void release.then(() => response.end('answered'));
  });
  const introspect = async () => {
    calls.open();
    await release;
    return IntrospectResponse.create({ active: true });
  };
  const rpc = await host.serveGrpc('127.0.0.1:0', { kind: 'plain' }, [
    implement(IntrospectionServiceService, { introspect, introspectBatch: () => Promise.reject(new Error('unused')) }),
  ]);
  const url = await host.serveHttp({ host: '127.0.0.1', port: 0 }, server);
  return { url, address: rpc.address, arrived: Promise.all([web.passed, calls.passed]) };
}

describe('a drain', () => {
  test.each([true, false])('answers everything in flight (calls on the stream: %s)', async (hot) => {
    const release = gate();
    const closed: string[] = [];
    let listeners: Awaited<ReturnType<typeof slowListeners>> | undefined;
    const { running, management } = await startOne(async (_config, host) => {
      host.onStop(() => void closed.push('opened first'));
      listeners = await slowListeners(host, release.passed);
      host.onStop(() => void closed.push('opened last'));
    });
    const { url, address, arrived } = listeners!;
    const peer = connectPeer({ addresses: [address], security: { kind: 'plain' } });
    try {
      expect([await status(`${management}/health/ready`), await peer.ready()]).toEqual([200, true]);
      const answer = fetch(url).then(async (response) => [response.status, await response.text()]);
      const call = peer
        .client(IntrospectionServiceService, { hot })
        .introspect({ token: 't', tokenTypeHint: '', requiredScopes: [] });
      await arrived;

      const stopped = running.stop();
      expect(await status(`${management}/health/ready`)).toBe(503);
      expect(await status(`${management}/health/alive`)).toBe(200);
      await expect(fetch(url)).rejects.toThrow();
      expect(closed).toEqual([]);

      release.open();
      expect(await answer).toEqual([200, 'answered']);
      expect(await call).toMatchObject({ active: true });
      await stopped;
    } finally {
      release.open();
      await peer.close();
    }
    expect(closed).toEqual(['opened last', 'opened first']);
    await expect(fetch(`${management}/health/alive`)).rejects.toThrow();
  });

  test('first gives load balancers the grace to notice, and serves on meanwhile', async () => {
    const grace = gate();
    const waits: number[] = [];
    let url = '';
    const { running, management } = await startOne(
      async (_config, host) => {
        url = await host.serveHttp(
          { host: '127.0.0.1', port: 0 },
          createServer((_request, response) => response.end()),
        );
      },
      {
        env: { SERVE_DRAIN_GRACE: '7s' },
        wait: (millis) => {
          waits.push(millis);
          return grace.passed;
        },
      },
    );
    const stopped = running.stop();
    expect([await status(`${management}/health/ready`), await status(url)]).toEqual([503, 200]);
    expect(waits).toEqual([7_000]);
    grace.open();
    await stopped;
    await expect(fetch(url)).rejects.toThrow();
  });

  test('happens once, however often it is asked for', async () => {
    let closes = 0;
    const { running } = await startOne(async (_config, host) => host.onStop(() => void closes++));
    await Promise.all([running.stop(), running.stop()]);
    await running.stop();
    expect(closes).toBe(1);
  });

  test('goes on when something does not close well', async () => {
    let closed = false;
    const { running, lines } = await startOne(async (_config, host) => {
      host.onStop(() => void (closed = true));
      host.onStop(() => Promise.reject(new Error('stuck')));
    });
    await running.stop();
    expect(closed).toBe(true);
    expect(lines).toContainEqual({ level: 'warn', message: 'something did not close well', err: 'stuck' });
  });
});

describe('a start that fails', () => {
  test('closes again what it opened, last first', async () => {
    const closed: string[] = [];
    const lines: Record<string, unknown>[] = [];
    let url = '';
    const start = startOne(
      async (_config, host) => {
        host.onStop(() => void closed.push('opened first'));
        url = await host.serveHttp(
          { host: '127.0.0.1', port: 0 },
          createServer((_request, response) => response.end()),
        );
        expect(await status(url)).toBe(200);
        host.onStop(() => void closed.push('opened last'));
        throw new Error('no database');
      },
      { lines },
    );
    await expect(start).rejects.toThrow('no database');
    expect(closed).toEqual(['opened last', 'opened first']);
    await expect(fetch(url)).rejects.toThrow();
    await expect(fetch(managementOf(lines))).rejects.toThrow();
  });

  test('says which address is taken', async () => {
    const { management } = await startOne(() => Promise.resolve());
    const { port } = new URL(management);
    const config = freePorts({ SERVE_MANAGEMENT_ADMIN: port });
    await expect(
      startService({ name: 'admin', start: () => Promise.resolve() }, config, { log: keepingLog([]) }),
    ).rejects.toThrow(`127.0.0.1:${port} is in use by another process`);
  });
});

describe('the management port', () => {
  test('is not ready before the start has ended', async () => {
    const lines: Record<string, unknown>[] = [];
    const rest = gate();
    const reached = gate();
    const starting = startOne(
      async () => {
        reached.open();
        await rest.passed;
      },
      { lines },
    );
    await reached.passed;
    const answer = await fetch(`${managementOf(lines)}/health/ready`);
    expect([answer.status, await answer.json()]).toEqual([503, { errors: { service: 'the service is starting' } }]);
    rest.open();
    const { management } = await starting;
    expect(await status(`${management}/health/ready`)).toBe(200);
  });

  test('names what is not well, and is alive all the same', async () => {
    const { management } = await startOne(async (_config, host) => {
      host.checks.add('postgres', () => Promise.reject(new Error('refused')));
      host.checks.add('redis', () => Promise.resolve());
    });
    const answer = await fetch(`${management}/health/ready?full=true`);
    expect([answer.status, await answer.json()]).toEqual([503, { errors: { postgres: 'refused' } }]);
    expect(await status(`${management}/health/alive`)).toBe(200);
  });

  test('serves metrics, and answers 404 to the rest', async () => {
    const { management } = await startOne(async (_config, host) =>
      host.metrics.counter('things_total', 'Things.').inc(3),
    );
    const answer = await fetch(`${management}/metrics`);
    expect(answer.headers.get('content-type')).toContain('text/plain');
    expect(await answer.text()).toContain('things_total{service="gateway"} 3\n');
    expect(await status(`${management}/`)).toBe(404);
  });

  test('metrics that cannot be read are 500, and nobody dies', async () => {
    const { management } = await startOne(async (_config, host) => {
      Object.assign(host.metrics.gauge('fickle', 'Fails when read.'), {
        collect: () => Promise.reject(new Error('no')),
      });
    });
    expect(await status(`${management}/metrics`)).toBe(500);
    expect(await status(`${management}/health/alive`)).toBe(200);
  });
});
