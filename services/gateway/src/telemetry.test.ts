// Traces and metrics as they leave the gateway, after requests full of secrets, over real HTTP to a collector: names of routes
// and outcomes, and nothing that anybody said (security catalogue J03).
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { OAuthError } from '@cardea/oauth';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { StartedGateway } from './gateway.fixture.js';
import { startGateway } from './gateway.fixture.js';

interface Span {
  readonly name: string;
  readonly attributes?: readonly unknown[];
  readonly status?: { readonly message?: string };
}

let gateway: StartedGateway;
let exported = '';
const collector = createServer((request, response) => {
  request.on('data', (chunk: Buffer) => (exported += chunk.toString()));
  request.on('end', () => {
    exported += '\n';
    response.setHeader('content-type', 'application/json').end('{}');
  });
});

beforeAll(async () => {
  await new Promise<void>((resolve) => collector.listen(0, '127.0.0.1', resolve));
  const port = (collector.address() as AddressInfo).port;
  const failing = () =>
    Promise.reject(new OAuthError('server_error', 'canary-description', { cause: new Error('canary-cause') }));
  gateway = await startGateway(
    {
      token: { issueToken: failing, getUserinfo: failing, revokeToken: async () => ({}) },
      authorization: { authorize: failing },
    },
    { TRACING_OTLP_ENDPOINT: `http://127.0.0.1:${String(port)}/v1/traces`, TRACING_SAMPLE_RATIO: '1' },
  );
});
afterAll(() => {
  collector.closeAllConnections();
  collector.close();
});

test('J03: no subject, token, code, secret or query is a name, label or attribute', async () => {
  const basic = `Basic ${Buffer.from('canary-client:canary-secret').toString('base64')}`;
  const form = (fields: Record<string, string>, authorization = basic): RequestInit => ({
    method: 'POST',
    headers: { authorization },
    body: new URLSearchParams(fields),
  });
  const asks: [string, RequestInit?][] = [
    [
      '/oauth2/token',
      form({ grant_type: 'authorization_code', code: 'canary-code', code_verifier: 'canary-verifier' }),
    ],
    ['/oauth2/revoke', form({ token: 'canary-token' })],
    ['/userinfo', { headers: { authorization: 'Bearer canary-token' } }],
    ['/userinfo?access_token=canary-token'],
    ['/oauth2/auth?client_id=canary-client&state=canary-state&redirect_uri=https://canary.example/cb?q=canary-query'],
    ['/nowhere/canary-path?token=canary-token'],
    ['/oauth2/register/canary-client', { headers: { authorization: 'Bearer canary-token' } }],
    ['/oauth2/token', { method: 'CANARY' }],
  ];
  for (const [at, init] of asks) {
    await (
      await fetch(gateway.url + at, {
        redirect: 'manual',
        headers: { cookie: 'ory_hydra_session=canary-cookie' },
        ...init,
      })
    ).text();
  }
  const metrics = await (await fetch(`${gateway.management}/metrics`)).text();
  await gateway.stop();

  const spans = exported
    .split('\n')
    .filter((line) => line !== '')
    .flatMap((line) => (JSON.parse(line) as { resourceSpans: { scopeSpans: { spans: Span[] }[] }[] }).resourceSpans)
    .flatMap(({ scopeSpans }) => scopeSpans.flatMap((scope) => scope.spans));
  expect(spans.map(({ name }) => name)).toEqual(expect.arrayContaining(['POST /oauth2/token', 'GET /oauth2/auth']));
  for (const { attributes, status } of spans) expect([attributes ?? [], status?.message ?? '']).toEqual([[], '']);
  expect(metrics).toContain('/oauth2/token');
  expect(`${exported}${metrics}`.match(/.{0,40}(?:canary|CANARY|Y2FuYXJ5).{0,40}/gi) ?? []).toEqual([]);
});
