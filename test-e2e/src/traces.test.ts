// One login as a collector sees it: a single trace over gateway, admin, token, keys, PostgreSQL and Redis, each span below the one
// that asked for it, and nothing in any of them that anybody said (issue 7 "Telemetry"; W3C Trace Context, B3).
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { randomBytes } from 'node:crypto';
import { createBrowserSession, locationOf } from './browser-session.js';
import type { CreatedClient } from './clients.js';
import { basic, callback, createClient, issueToken } from './clients.js';
import { authorizationUrl } from './code-flow.js';
import type { Demo } from './demo.js';
import { startDemo } from './demo.js';
import type { OtlpReceiver, ReceivedSpan } from './otlp-receiver.js';
import { receiveTraces } from './otlp-receiver.js';
import type { Listener } from './signals/listeners.js';
import { listenHttp } from './signals/listeners.js';

const traceId = randomBytes(16).toString('hex');
const subject = 'canary-subject';
let demo: Demo;
let receiver: OtlpReceiver;
let hook: Listener;
let client: CreatedClient;
const tokens: string[] = [];
/** The span of the caller, by what was asked. */
const callers = new Map<string, string>();

/** The ways to say that a request belongs to a trace. */
const ways = {
  w3c: (spanId: string) => ({ traceparent: `00-${traceId}-${spanId}-01` }),
  b3: (spanId: string) => ({ b3: `${traceId}-${spanId}-1` }),
  b3Headers: (spanId: string) => ({ 'x-b3-traceid': traceId, 'x-b3-spanid': spanId, 'x-b3-sampled': '1' }),
};

/** Headers of a request with a name of its own. */
function asked(name: string, way: keyof typeof ways): Record<string, string> {
  const spanId = randomBytes(8).toString('hex');
  callers.set(name, spanId);
  return ways[way](spanId);
}

const json = async (url: string, init: RequestInit): Promise<Record<string, string>> =>
  (await (await fetch(url, init)).json()) as Record<string, string>;

async function login(): Promise<void> {
  const browser = createBrowserSession();
  const requests = `${demo.admin}/admin/oauth2/auth/requests`;
  const to = async (url: string, name: string) => locationOf(await browser.visit(url, { headers: asked(name, 'w3c') }));
  const accept = async (at: string, kind: 'login' | 'consent', body: object) => {
    const challenge = new URL(at).searchParams.get(`${kind}_challenge`) ?? '';
    const answer = await json(`${requests}/${kind}/accept?${kind}_challenge=${encodeURIComponent(challenge)}`, {
      method: 'PUT',
      headers: { 'content-type': 'application/json', ...asked(`accept ${kind}`, 'b3') },
      body: JSON.stringify(body),
    });
    return answer['redirect_to'] ?? '';
  };
  const loginAt = await to(authorizationUrl(demo, client), 'authorize');
  const consentAt = await to(await accept(loginAt, 'login', { subject }), 'after login');
  const grant = { grant_scope: ['openid', 'offline'] };
  const back = await to(await accept(consentAt, 'consent', grant), 'after consent');
  const code = new URL(back).searchParams.get('code') ?? '';
  const issued = await json(`${demo.public}/oauth2/token`, {
    method: 'POST',
    headers: { authorization: basic(client), ...asked('exchange', 'b3Headers') },
    body: new URLSearchParams({ grant_type: 'authorization_code', code, redirect_uri: callback }),
  });
  const token = issued['access_token'] ?? '';
  tokens.push(code, token, issued['refresh_token'] ?? '', issued['id_token'] ?? '');
  for (const name of ['first introspection', 'second introspection']) {
    const answer = await json(`${demo.admin}/admin/oauth2/introspect`, {
      method: 'POST',
      headers: asked(name, 'w3c'),
      body: new URLSearchParams({ token }),
    });
    expect(answer['active']).toBe(true);
  }
}

/** A token service that has just started asks PostgreSQL alone, until it knows which Redis may be believed (cache/epoch.ts). */
async function untilTheCacheAnswers(): Promise<void> {
  // Of a client of its own: that of the login is not known yet when it comes.
  const body = new URLSearchParams({ token: await issueToken(demo.public, await createClient(demo.admin)) });
  const metrics = `http://127.0.0.1:${String(Number(new URL(demo.public).port) + 12)}/metrics`;
  for (let hit = false; !hit;) {
    await json(`${demo.admin}/admin/oauth2/introspect`, { method: 'POST', body });
    hit = /^cardea_token_cache_total\{result="hit"/m.test(await (await fetch(metrics)).text());
  }
}

/** From the caller's span down to this one; `?` where a parent never came. */
function path(span: ReceivedSpan): string {
  const here = `${span.service.replace('cardea-', '')} ${span.name.replace(/^\/cardea\..*\//, '')}`;
  const caller = [...callers].find(([, id]) => id === span.parentSpanId)?.[0];
  if (caller !== undefined) return `${caller}: ${here}`;
  const parent = receiver.spans.find(({ spanId }) => spanId === span.parentSpanId);
  return `${parent === undefined ? '?' : path(parent)} > ${here}`;
}

beforeAll(async () => {
  receiver = await receiveTraces();
  hook = await listenHttp();
  demo = await startDemo({
    env: {
      ...{ TRACING_OTLP_ENDPOINT: receiver.endpoint, TRACING_SAMPLE_RATIO: '0', OTEL_BSP_SCHEDULE_DELAY: '100' },
      OAUTH2_TOKEN_HOOK: `${hook.url}/hook`,
    },
  });
  client = await createClient(demo.admin);
  await untilTheCacheAnswers();
  await login();
  // Whoever says no is not traced either.
  for (const no of [{ b3: '0' }, { traceparent: `00-${traceId}-${randomBytes(8).toString('hex')}-00` }]) {
    await (await fetch(`${demo.public}/oauth2/token`, { method: 'POST', headers: no })).text();
  }
  // What a process has not sent yet, it sends when it ends.
  await demo.stop();
}, 150_000);
afterAll(async () => {
  receiver.close();
  await hook.close();
  await demo.stop();
});
test('everything is one trace, and nothing else was traced: whoever was not asked to was silent', () => {
  expect(new Set(receiver.spans.map((span) => span.traceId))).toEqual(new Set([traceId]));
  expect(receiver.spans.map(path).filter((text) => text.startsWith('?'))).toEqual([]);
});

const exchange = 'exchange: gateway POST /oauth2/token > token IssueToken';
const introspected = 'introspection: admin POST /admin/oauth2/introspect > token Introspect';

test.each<[string, readonly string[]]>([
  ['authorize', ['authorize: gateway GET /oauth2/auth > token Authorize > token postgresql client_find']],
  [
    'the login app accepts',
    [
      'accept login: admin PUT /admin/oauth2/auth/requests/login/accept > token AcceptLoginRequest > token postgresql flow_answer_login',
      'accept consent: admin PUT /admin/oauth2/auth/requests/consent/accept > token AcceptConsentRequest > token postgresql flow_answer_consent',
    ],
  ],
  [
    'the flow goes on',
    [
      'after login: gateway GET /oauth2/auth > token Authorize > token postgresql flow_use_login',
      'after consent: gateway GET /oauth2/auth > token Authorize > token postgresql flow_complete',
    ],
  ],
  [
    'the code is exchanged',
    [
      `${exchange} > token postgresql code_find`,
      `${exchange} > token postgresql code_redeem`,
      `${exchange} > keys SignIdToken`,
      `${exchange} > keys SignIdToken > keys postgresql audit_append`,
    ],
  ],
  [
    'an introspection that the cache cannot answer',
    [
      `first ${introspected} > token redis MGET`,
      `first ${introspected} > token redis SET`,
      `first ${introspected} > token postgresql access_token_find`,
      `first ${introspected} > token redis EVAL`,
    ],
  ],
  ['one that it can', [`second ${introspected} > token redis MGET`]],
])('%s', (_name, expected) => expect(receiver.spans.map(path)).toEqual(expect.arrayContaining([...expected])));

test('the trace goes on at the hook', () => {
  const span = receiver.spans.find(({ name }) => name === 'http POST token hook');
  expect(span && path(span)).toBe(`${exchange} > token http POST token hook`);
  expect(/traceparent (\S+)/i.exec(hook.heard())?.[1]).toBe(`00-${traceId}-${String(span?.spanId)}-01`);
});

test('what the cache answers is asked of nobody else', () => {
  const second = receiver.spans.map(path).filter((text) => text.startsWith('second introspection'));
  expect(second).toHaveLength(3);
});

test('the token signs below the call that asked for it', () => {
  const signed = receiver.spans.map(path).filter((text) => text.includes('pkcs11'));
  expect(signed).toEqual(demo.hsm ? [`${exchange} > keys SignIdToken > keys pkcs11 C_Sign`] : []);
});

test('statements and commands have names, and nothing anybody said is in a span', () => {
  const asks = receiver.spans.filter(({ name }) => /^(postgresql|redis) /.test(name));
  expect(asks.length).toBeGreaterThan(10);
  for (const { name, attributes } of asks) {
    expect(name).toMatch(/^(postgresql|redis) (?:[a-z_]+|[A-Z]+)$/);
    expect(attributes).toEqual([{ key: 'db.system.name', value: { stringValue: name.split(' ')[0] } }]);
  }
  const said = [subject, client.client_id, client.client_secret, callback, 'state-of-length', ...tokens];
  expect(said.every((word) => word.length > 7)).toBe(true);
  expect(said.filter((word) => receiver.text().includes(word))).toEqual([]);
});
