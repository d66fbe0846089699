// Traces as a collector sees them: real OTLP over HTTP, parents joined across hops, and nothing at all for the unsampled.
import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { connectPeer, implement, introspectionV1 } from '@cardea/rpc';
import type { Server } from 'node:http';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { startOne } from './running.fixture.js';
import type { TraceSettings } from './trace-settings.js';
import { openTracing, traced, tracedAlone } from './trace.js';

interface SentSpan {
  readonly service: string;
  readonly name: string;
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId?: string;
  readonly status: { readonly code?: number };
}

interface Export {
  resourceSpans: {
    resource: { attributes: { key: string; value: { stringValue?: string } }[] };
    scopeSpans: { spans: Omit<SentSpan, 'service'>[] }[];
  }[];
}

let collector: Server;
let endpoint = '';
const spans: SentSpan[] = [];

beforeAll(async () => {
  collector = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const { resourceSpans } = JSON.parse(Buffer.concat(chunks).toString()) as Export;
      for (const { resource, scopeSpans } of resourceSpans) {
        const name = resource.attributes.find(({ key }) => key === 'service.name')?.value.stringValue ?? '';
        spans.push(...scopeSpans.flatMap((scope) => scope.spans.map((span) => ({ ...span, service: name }))));
      }
      response.setHeader('content-type', 'application/json').end('{}');
    });
  });
  await new Promise<void>((resolve) => collector.listen(0, '127.0.0.1', resolve));
  endpoint = `http://127.0.0.1:${String((collector.address() as AddressInfo).port)}/v1/traces`;
});
afterEach(() => void spans.splice(0));
afterAll(() => {
  collector.closeAllConnections();
  collector.close();
});

const settings = (service: string): TraceSettings => ({
  serviceName: `cardea-${service}`,
  deploymentEnvironment: 'test',
  target: { url: endpoint, sampleRatio: 0.5, headers: {} },
  trustsCallers: true,
});
const open = (service: string, coin = 1, more: Partial<TraceSettings> = {}) =>
  openTracing({ ...settings(service), ...more }, () => coin);

const traceId = '0af7651916cd43dd8448eb211c80319c';
const callerId = 'b7ad6b7169203331';
const sampled = `00-${traceId}-${callerId}-01`;

describe('who decides', () => {
  test('a caller that samples is followed, and so is each hop below', async () => {
    const gateway = await open('gateway');
    const token = await open('token');
    const edge = gateway.atEdge('GET /x', { traceparent: sampled });
    const below = token.below('/a.Service/Method', edge.traceparent);
    below.end(new Error('broken'));
    edge.end();
    await Promise.all([gateway.flush(), token.flush()]);

    const edgeSpan = spans.find(({ name }) => name === 'GET /x');
    expect(edgeSpan).toMatchObject({ service: 'cardea-gateway', traceId, parentSpanId: callerId });
    expect(edge.traceparent).toBe(`00-${traceId}-${String(edgeSpan?.spanId)}-01`);
    expect(spans.find(({ name }) => name === '/a.Service/Method')).toMatchObject({
      service: 'cardea-token',
      traceId,
      parentSpanId: edgeSpan?.spanId,
      // STATUS_CODE_ERROR
      status: { code: 2 },
    });
    expect(spans).toHaveLength(2);
  });

  test('a caller that does not sample is followed too, whatever the coin says', async () => {
    const tracing = await open('gateway', 0);
    const edge = tracing.atEdge('GET /x', { traceparent: `00-${traceId}-${callerId}-00` });
    const below = tracing.below('/a.Service/Method', edge.traceparent);
    expect([edge.traceparent, below.traceparent]).toEqual(['', '']);
    below.end();
    edge.end();
    await tracing.flush();
    expect(spans).toEqual([]);
  });

  test.each([
    undefined,
    '',
    'garbage',
    `00-${'0'.repeat(32)}-${callerId}-01`,
    `00-${traceId}-${callerId}`,
    `00-${traceId.toUpperCase()}-${callerId}-01`,
  ])('without a caller that says (%p), the coin does', async (traceparent) => {
    const heads = await open('gateway', 0.49);
    const tails = await open('gateway', 0.5);
    const edge = heads.atEdge('heads', { traceparent });
    edge.end();
    const none = tails.atEdge('tails', { traceparent });
    none.end();
    await Promise.all([heads.flush(), tails.flush()]);
    expect(spans.map(({ name }) => name)).toEqual(['heads']);
    // The root of a trace has no parent, and a trace of its own.
    expect(spans[0]?.parentSpanId ?? '').toBe('');
    expect(edge.traceparent).toBe(`00-${String(spans[0]?.traceId)}-${String(spans[0]?.spanId)}-01`);
    expect(spans[0]?.traceId).not.toBe(traceId);
    expect(none.traceparent).toBe('');
  });
});

test('whoever is not trusted is not followed: a trace of our own begins, if the coin says so', async () => {
  const heads = await open('gateway', 0, { trustsCallers: false });
  const tails = await open('gateway', 1, { trustsCallers: false });
  heads.atEdge('heads', { traceparent: sampled.replace(/01$/, '00') }).end();
  tails.atEdge('tails', { traceparent: sampled }).end();
  await Promise.all([heads.flush(), tails.flush()]);
  expect(spans.map(({ name }) => name)).toEqual(['heads']);
  expect(spans[0]?.traceId).not.toBe(traceId);
});

test('questions to storage stand below the work that asks them, and nowhere once it is over or beside it', async () => {
  const tracing = await open('token');
  const call = tracing.below('call', sampled);
  let later: Promise<void> | undefined;
  await call.run(async () => {
    await Promise.resolve();
    await traced(tracing, 'postgresql', 'token_insert', () => Promise.resolve());
    await expect(traced(tracing, 'redis', 'MGET', () => Promise.reject(new Error('away')))).rejects.toThrow('away');
    tracing.outside(() => tracing.step('postgresql', 'shared').end());
    later = new Promise((resolve) => setImmediate(resolve)).then(() => tracing.step('postgresql', 'late').end());
  });
  tracing.step('postgresql', 'beside').end();
  expect(tracing.current()).toBe('');
  call.end();
  await later;
  await tracing.flush();
  const parent = spans.find(({ name }) => name === 'call')?.spanId;
  expect(parent).toBeDefined();
  expect(
    spans
      .filter(({ name }) => name !== 'call')
      .map(({ name, parentSpanId, status }) => [name, parentSpanId, status.code]),
  ).toEqual([
    ['postgresql token_insert', parent, 0],
    ['redis MGET', parent, 2],
  ]);
});

test('work that nobody waits for is a trace of its own, if the coin says so', async () => {
  const [heads, tails] = [await open('worker', 0), await open('worker', 1)];
  const asked = (tracing: typeof heads) => () => traced(tracing, 'postgresql', 'prune', () => Promise.resolve());
  await tracedAlone(heads, 'job cleaning', asked(heads));
  await tracedAlone(tails, 'job cleaning', asked(tails));
  await expect(tracedAlone(heads, 'job lost', () => Promise.reject(new Error('away')))).rejects.toThrow('away');
  await Promise.all([heads.flush(), tails.flush()]);
  const of = (name: string) => spans.find((span) => span.name === name);
  expect(spans.map(({ name }) => name).sort()).toEqual(['job cleaning', 'job lost', 'postgresql prune']);
  expect(of('postgresql prune')?.parentSpanId).toBe(of('job cleaning')?.spanId);
  expect(of('job cleaning')?.parentSpanId ?? '').toBe('');
  expect(of('job lost')).toMatchObject({ status: { code: 2 } });
  expect(of('job lost')?.traceId).not.toBe(of('job cleaning')?.traceId);
});

test('without an endpoint nothing is traced', async () => {
  const tracing = await open('gateway', 0, { target: undefined });
  expect(tracing.atEdge('x', { traceparent: sampled }).traceparent).toBe('');
  expect(tracing.below('x', sampled).traceparent).toBe('');
  await tracing.flush();
});

test('a collector that is gone does not keep a service from stopping', async () => {
  const gone = await open('gateway', 0, {
    target: { url: 'http://127.0.0.1:1/v1/traces', sampleRatio: 1, headers: {} },
  });
  gone.atEdge('x', {}).end();
  await gone.flush().catch(() => undefined);
  expect(spans).toEqual([]);
});

test('a service traces and counts the calls it answers', async () => {
  const { IntrospectResponse, IntrospectionServiceService } = introspectionV1;
  let address = '';
  let metrics = '';
  const seen: string[] = [];
  const { running } = await startOne(
    async (_config, host) => {
      const served = implement(IntrospectionServiceService, {
        introspect: async (_request, context) => {
          seen.push(context.traceparent);
          return IntrospectResponse.create({ active: true });
        },
        introspectBatch: () => Promise.reject(new Error('a fault')),
      });
      ({ address } = await host.serveGrpc('127.0.0.1:0', { kind: 'plain' }, [served]));
      host.onStop(async () => void (metrics = await host.metrics.text()));
    },
    { env: { TRACING_OTLP_ENDPOINT: endpoint, TRACING_SAMPLE_RATIO: '0' } },
  );
  const peer = connectPeer({ addresses: [address], security: { kind: 'plain' } });
  const client = peer.client(IntrospectionServiceService, { hot: true });
  const request = { token: 't', tokenTypeHint: '', requiredScopes: [] };
  await client.introspect(request, { traceparent: sampled });
  await client.introspect(request);
  await expect(client.introspectBatch({ requests: [] }, { traceparent: sampled })).rejects.toThrow();
  await peer.close();
  await running.stop();

  const path = '/cardea.token.v1.IntrospectionService/Introspect';
  const [called] = spans.filter(({ name }) => name === path);
  expect(called).toMatchObject({ traceId, parentSpanId: callerId });
  expect(seen).toEqual([`00-${traceId}-${String(called?.spanId)}-01`, '']);
  expect(spans.find(({ name }) => name === `${path}Batch`)).toMatchObject({ status: { code: 2 } });
  expect(spans).toHaveLength(2);
  expect(metrics).toContain(`grpc_requests_total{method="${path}",outcome="OK",service="gateway"} 2`);
  expect(metrics).toContain(`grpc_requests_total{method="${path}Batch",outcome="server_error",service="gateway"} 1`);
  expect(metrics).toContain(`grpc_requests_duration_seconds_count{service="gateway",method="${path}"} 2`);
});
