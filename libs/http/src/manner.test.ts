// What the two manners say of caching, of an error's id and of redirects, each kind of answer in each.
import { OAuthError } from '@cardea/oauth';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { ServedApp } from './app.fixture.js';
import { serveRoutes } from './app.fixture.js';
import type { Handler, Route } from './route.js';
import { pageHeaders, sendPage } from './html.js';
import type { Manner } from './manner.js';
import { caching, neverStored, noStore } from './manner.js';
import { sendRedirect } from './redirect.js';
import { sendEmpty, sendJson } from './send.js';

const fail: Handler = () => {
  throw new OAuthError('invalid_request', 'No.');
};
const plain: Handler = (_request, response) => sendJson(response, 200, {});
const secret: Handler = (_request, response) => sendJson(response, 200, {}, neverStored(response));
const gone: Handler = (request, response) => sendEmpty(response, 204, caching(request));
const page: Handler = (_request, response) => sendPage(response, 200, pageHeaders({ style: '' }), '<p>');
const token: Handler = (_request, response) => sendJson(response, 200, {}, noStore);
const away: Handler = (request, response) =>
  sendRedirect(response, request.method === 'POST' ? 303 : 302, 'https://a.test/?b=c&d="');

const routes: Route[] = [
  { path: '/plain', get: plain, put: plain, delete: gone },
  { path: '/secret', get: secret, post: secret },
  { path: '/page', get: page },
  { path: '/token', oauth: true, get: fail, post: token, put: fail },
  { path: '/fails', get: fail, put: fail },
  { path: '/away', get: away, post: away },
];

const long = 'private, no-cache, no-store, must-revalidate';
type Said = [cacheControl: string | null, pragma: string | null];
const ours: Said = ['no-store', null];
const strict: Said = ['no-store', 'no-cache'];
const silent: Said = [null, null];
const hydras: Said = [long, null];

describe.each<[Manner, Record<string, Said>]>([
  [
    'oauth',
    {
      'GET /plain': ours,
      'PUT /plain': ours,
      'DELETE /plain': ours,
      'GET /secret': ours,
      'POST /secret': ours,
      'GET /page': ours,
      'GET /fails': ours,
      'PUT /fails': ours,
      'GET /nothing': ours,
      'GET /token': strict,
      'POST /token': strict,
      'PUT /token': strict,
      'GET /away': strict,
      'POST /away': strict,
    },
  ],
  [
    'hydra',
    {
      'GET /plain': hydras,
      'HEAD /plain': silent,
      'PUT /plain': silent,
      'DELETE /plain': silent,
      'GET /secret': hydras,
      'HEAD /secret': strict,
      'POST /secret': strict,
      'GET /page': hydras,
      'GET /fails': hydras,
      'PUT /fails': silent,
      'GET /nothing': hydras,
      'PUT /nothing': silent,
      'GET /token': strict,
      'POST /token': strict,
      'PUT /token': strict,
      'GET /away': hydras,
      'HEAD /away': silent,
      'POST /away': strict,
    },
  ],
])('%s', (manner, expected) => {
  let app: ServedApp;
  beforeAll(async () => void (app = await serveRoutes({ manner, routes })));
  afterAll(() => app.stop());

  const ask = (what: string, headers: Record<string, string> = {}) => {
    const [method = '', path = ''] = what.split(' ');
    return fetch(app.url + path, { method, headers, redirect: 'manual' });
  };

  test.each(Object.entries(expected))('%s says of caching %j', async (what, said) => {
    const { headers } = await ask(what);
    expect([headers.get('cache-control'), headers.get('pragma')]).toEqual(said);
  });

  test.each<[string, string | null, boolean]>([
    ['GET /fails', 'application/json', true],
    ['GET /token', 'application/json;charset=UTF-8', false],
  ])('the id of an error: %s', async (what, type, endsLine) => {
    const answer = await ask(what);
    const text = await answer.text();
    const body = JSON.parse(text) as Record<string, unknown>;
    expect([answer.status, answer.headers.get('content-type'), text.endsWith('\n')]).toEqual([400, type, endsLine]);
    const id = expect.stringMatching(/^[\da-f]{12}\w{4,}$/);
    expect([body, answer.headers.get('cardea-error-id')]).toEqual(
      manner === 'oauth'
        ? [{ error: 'invalid_request', error_description: 'No.', error_id: id }, null]
        : [{ error: 'invalid_request', error_description: 'No.' }, id],
    );
  });

  test('the id of a path that is not there', async () => {
    const answer = await ask('GET /nothing', { accept: 'application/json' });
    const body = (await answer.json()) as Record<string, unknown>;
    if (manner === 'oauth') expect(body).toHaveProperty('error_id');
    else {
      expect(body).toEqual({ error: { code: 404, message: 'Not Found', reason: expect.any(String) } });
      expect(answer.headers.get('cardea-error-id')).toMatch(/^\w{16,}$/);
    }
  });

  test('a wrong method', async () => {
    const answer = await ask('PATCH /plain');
    expect([answer.status, answer.headers.get('allow')]).toEqual(
      manner === 'oauth' ? [405, 'GET, HEAD, PUT, DELETE'] : [404, null],
    );
  });

  test.each(['GET', 'POST'])('a redirect of %s', async (method) => {
    const answer = await ask(`${method} /away`);
    const { headers } = answer;
    expect([headers.get('location'), headers.get('referrer-policy')]).toEqual([
      'https://a.test/?b=c&d="',
      manner === 'oauth' ? 'no-referrer' : null,
    ]);
    expect([headers.get('content-type'), await answer.text()]).toEqual(
      manner === 'hydra' && method === 'GET'
        ? ['text/html; charset=utf-8', '<a href="https://a.test/?b=c&amp;d=&quot;">Found</a>.\n\n']
        : [null, ''],
    );
  });
});
