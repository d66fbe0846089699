// The app: born prototypes, paths, methods, errors, what is counted and logged.
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { OAuthError } from '@cardea/oauth';
import { request as httpRequest } from 'node:http';
import type { ServedApp } from './app.fixture.js';
import { serveRoutes } from './app.fixture.js';
import { readJson } from './body.js';
import { callOptions, contextOf } from './context.js';
import { pageHeaders, sendPage } from './html.js';
import { escapeHtml } from '@cardea/pages';
import { sendRedirect } from './redirect.js';
import { sendEmpty, sendJson } from './send.js';

let served: ServedApp;
let gone: Promise<void>;
let tellGone: () => void;

beforeAll(async () => {
  gone = new Promise((resolve) => (tellGone = resolve));
  served = await serveRoutes({
    manner: 'oauth',
    routes: [
      {
        path: '/hello',
        quiet: true,
        get: (request, response) => sendJson(response, 200, { id: contextOf(request).requestId }),
      },
      { path: '/json', post: async (request, response) => sendJson(response, 200, await readJson(request, 100)) },
      { path: '/item/:id', get: (request, response) => sendJson(response, 200, request.params['id']) },
      {
        path: '/fail/:code',
        get: (request) => {
          throw new OAuthError(String(request.params['code']), 'Quoted "so" and ümlaut\n.');
        },
      },
      {
        path: '/bug',
        get: () => {
          throw new Error('secret inner workings');
        },
      },
      {
        path: '/named',
        get: () => {
          throw new OAuthError('server_error', undefined, {
            errorId: 'from-behind',
            cause: new Error('not ours to log'),
          });
        },
      },
      {
        path: '/slow',
        get: (request, response) =>
          new Promise<void>((resolve) => {
            callOptions(request, response).signal.addEventListener('abort', () => {
              tellGone();
              resolve();
            });
          }),
      },
      { path: '/away', get: (_request, response) => sendRedirect(response, 302, 'https://a.test/?b=c') },
      {
        path: '/split',
        get: (_request, response) => sendRedirect(response, 302, 'https://a.test/\r\nSet-Cookie: a=b'),
      },
      { path: '/nothing', get: (_request, response) => sendEmpty(response, 204) },
      {
        path: '/page',
        get: (_request, response) =>
          sendPage(response, 200, pageHeaders({ style: 'p{}', script: 'go()' }), escapeHtml('<b>"&\'')),
      },
    ],
  });
});
afterAll(() => served.stop());

const get = async (path: string, init: RequestInit = {}) => {
  const response = await fetch(served.url + path, { redirect: 'manual', ...init });
  const text = await response.text();
  const json = text.startsWith('{') || text.startsWith('"') ? (JSON.parse(text) as Record<string, string>) : {};
  return { status: response.status, headers: response.headers, text, json };
};

test('requests and responses have express’s prototypes before the first handler, and keep them', async () => {
  const app = served.app.express as unknown as { request: object; response: object };
  const seen: boolean[] = [];
  served.app.server.prependOnceListener('request', (request, response) => {
    seen.push(Object.getPrototypeOf(request) === app.request, Object.getPrototypeOf(response) === app.response);
    response.on('finish', () => seen.push(Object.getPrototypeOf(request) === app.request));
  });
  await get('/hello');
  expect(seen).toEqual([true, true, true]);
  expect(app.request).toHaveProperty('accepts');
  expect(app.response).toHaveProperty('json');
});

describe('paths and methods', () => {
  test.each<[string, string, number]>([
    ['GET', '/hello', 200],
    ['GET', '/hello/', 200],
    ['GET', '/hello//', 404],
    ['GET', '//hello', 404],
    ['GET', '/Hello', 404],
    ['GET', '/nothing-here', 404],
    ['GET', '/', 404],
    ['GET', '/item/%zz', 400],
    ['POST', '/hello', 405],
    ['DELETE', '/json', 405],
    ['OPTIONS', '/hello', 204],
  ])('%s %s answers %d', async (method, path, status) => {
    const answer = await get(path, { method });
    expect(answer.status).toBe(status);
    if (status === 405) expect(answer.headers.get('allow')).toBe(path === '/hello' ? 'GET, HEAD' : 'POST');
    if (status >= 400)
      expect(answer.json).toEqual({
        error: expect.any(String),
        error_description: expect.any(String),
        error_id: expect.any(String),
      });
  });

  test('RFC 9112 §3.2.2: a target that names scheme and host is the path in it', async () => {
    const { hostname, port, host } = new URL(served.url);
    const status = await new Promise((resolve, reject) => {
      httpRequest({ hostname, port, path: `http://${host}/hello?a=b` }, (answer) => {
        answer.resume();
        resolve(answer.statusCode);
      })
        .on('error', reject)
        .end();
    });
    expect(status).toBe(200);
  });

  // A rule about paths that somebody checks before the routes would be checked on another path otherwise.
  test.each([
    ['/item\\a#', 404],
    ['/item\\a?#', 404],
    ['/hello#', 404],
    ['/item/a\\b#c', 200],
    ['/hello?#', 200],
  ])('%s is no other path than it says', async (path, status) => {
    const { hostname, port } = new URL(served.url);
    const answer = await new Promise((resolve, reject) => {
      httpRequest({ hostname, port, path }, (response) => {
        let text = '';
        response.on('data', (chunk) => (text += String(chunk))).on('end', () => resolve([response.statusCode, text]));
      })
        .on('error', reject)
        .end();
    });
    expect(answer).toEqual([status, path.includes('b#c') ? '"a\\\\b#c"\n' : expect.any(String)]);
  });

  test('TRACE is refused', async () => {
    const status = await new Promise((resolve, reject) => {
      const { hostname, port } = new URL(served.url);
      httpRequest({ hostname, port, path: '/hello', method: 'TRACE' }, (answer) => {
        answer.resume();
        resolve(answer.statusCode);
      })
        .on('error', reject)
        .end();
    });
    expect(status).toBe(405);
  });

  test('HEAD answers like GET without a body', async () => {
    const [head, whole] = [await get('/item/abc', { method: 'HEAD' }), await get('/item/abc')];
    expect([head.status, head.text, head.headers.get('content-length')]).toEqual([
      200,
      '',
      whole.headers.get('content-length'),
    ]);
  });

  test('parameters in paths are decoded once', async () => {
    expect((await get('/item/a%2Fb%2525')).text).toBe('"a/b%25"\n');
  });
});

describe('errors', () => {
  test.each<[string, number]>([
    ['invalid_request', 400],
    ['invalid_client', 401],
    ['not_found', 404],
    ['temporarily_unavailable', 503],
  ])('%s', async (code, status) => {
    const answer = await get(`/fail/${code}`, { headers: { authorization: 'Basic Zm9v' } });
    expect(answer.status).toBe(status);
    expect(answer.json).toEqual({
      error: code,
      error_description: "Quoted 'so' and ?mlaut?.",
      error_id: expect.any(String),
    });
    expect(answer.headers.get('cache-control')).toBe('no-store');
    expect(answer.headers.get('www-authenticate')).toBe(
      status === 401 ? 'Basic realm="cardea", charset="UTF-8"' : null,
    );
    expect(answer.headers.get('retry-after')).toBe(status === 503 ? '1' : null);
  });

  test('a bug is a server_error whose cause stands in the log under the id of the answer, once', async () => {
    served.lines.length = 0;
    const answer = await get('/bug');
    expect([answer.status, answer.json['error']]).toEqual([500, 'server_error']);
    expect(answer.text).not.toContain('inner workings');
    const told = served.lines.filter((line) => line['error_id'] === answer.json['error_id'] && line.level === 'error');
    expect(told).toHaveLength(1);
    expect(told[0]?.['cause']).toContain('inner workings');
  });

  test('an error that a service behind us has logged keeps its id', async () => {
    served.lines.length = 0;
    expect((await get('/named')).json['error_id']).toBe('from-behind');
    expect(served.lines.filter((line) => line.level === 'error')).toEqual([]);
  });
});

describe('JSON bodies', () => {
  test.each<[string, string | Buffer, number]>([
    ['a document', '{"a":1}', 200],
    ['not JSON', '{', 400],
    ['nothing', '', 400],
    ['not UTF-8', Buffer.from([0x22, 0xff, 0x22]), 400],
    ['too much', `"${'x'.repeat(100)}"`, 413],
  ])('%s', async (_name, body, status) => {
    expect((await get('/json', { method: 'POST', body })).status).toBe(status);
  });
});

describe('answers', () => {
  test('S14: a redirect is not stored and tells nobody where it came from', async () => {
    const { status, headers } = await get('/away');
    expect([status, headers.get('location'), headers.get('cache-control'), headers.get('referrer-policy')]).toEqual([
      302,
      'https://a.test/?b=c',
      'no-store',
      'no-referrer',
    ]);
  });

  test('a location that would split the header is our fault and goes nowhere', async () => {
    const { status, headers } = await get('/split');
    expect([status, headers.get('location'), headers.get('set-cookie')]).toEqual([500, null, null]);
  });

  test('204 has no length', async () => {
    const { status, headers } = await get('/nothing');
    expect([status, headers.get('content-length')]).toEqual([204, null]);
  });

  test('a page runs only its own script', async () => {
    const { headers, text } = await get('/page');
    expect(text).toBe('&lt;b&gt;&quot;&amp;&#39;');
    expect(headers.get('content-security-policy')).toMatch(
      /^default-src 'none'; style-src 'sha256-[\w+/=]{44}'; script-src 'sha256-[\w+/=]{44}'; form-action 'none'; base-uri 'none'; frame-ancestors 'none'$/,
    );
    expect([
      headers.get('x-frame-options'),
      headers.get('x-content-type-options'),
      headers.get('referrer-policy'),
    ]).toEqual(['DENY', 'nosniff', 'no-referrer']);
  });
});

describe('what is seen', () => {
  test('a caller that goes away cancels the work and is a 499', async () => {
    served.lines.length = 0;
    const abort = new AbortController();
    const pending = fetch(`${served.url}/slow`, { signal: abort.signal });
    setTimeout(() => abort.abort(), 50);
    await expect(pending).rejects.toThrow();
    await gone;
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(served.lines.find((line) => line['path'] === '/slow')).toMatchObject({ status: 499, message: 'request' });
  });

  test('one line a request, none for a quiet success, one for a quiet failure', async () => {
    served.lines.length = 0;
    await get('/hello?a=1');
    await get('/item/x?scope=y');
    await get('/hello', { method: 'POST' });
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(served.lines.map((line) => [line['method'], line['path'], line['parameters'], line['status']])).toEqual([
      ['GET', '/item/x', ['scope'], 200],
      ['POST', '/hello', [], 405],
    ]);
  });

  test('a secret in an unknown path does not get into the log', async () => {
    served.lines.length = 0;
    await get('/nowhere/ory_at_SomeBody.Elses/x?token=y');
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(served.lines.map((line) => line['path'])).toEqual(['/nowhere/?/x']);
  });

  test('metrics have Hydra’s names and the pattern of the route', async () => {
    await get('/item/counted');
    await new Promise((resolve) => setTimeout(resolve, 20));
    const text = await served.metrics();
    for (const name of [
      'http_requests_total',
      'http_requests_statuses_total',
      'http_requests_duration_seconds',
      'http_response_time_seconds',
      'http_requests_size_bytes',
      'http_response_size_bytes',
    ]) {
      expect(text).toContain(`# TYPE ${name}`);
    }
    expect(text).toMatch(/http_requests_total\{code="200",method="GET",endpoint="\/item\/\{id\}"[^}]*\} [1-9]/);
    expect(text).not.toContain('counted');
  });
});
