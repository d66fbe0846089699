// Forms: what is decoded, and what is refused before anybody looks at it.
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { ServedApp } from './app.fixture.js';
import { serveRoutes } from './app.fixture.js';
import { parseParameters, readForm, readQuery, uniqueForm, valueOf } from './form.js';
import { sendJson } from './send.js';

describe('parseParameters', () => {
  test.each<[string, [string, string][]]>([
    ['', []],
    ['a=1', [['a', '1']]],
    [
      'a=1&a=2&b',
      [
        ['a', '1'],
        ['a', '2'],
        ['b', ''],
      ],
    ],
    ['&&a=1&', [['a', '1']]],
    ['a=b=c', [['a', 'b=c']]],
    ['a=x+y%20z%2B', [['a', 'x y z+']]],
    ['%61=%C3%A4', [['a', 'ä']]],
    ['a=%2561', [['a', '%61']]],
    ['=v', [['', 'v']]],
  ])('%j', (text, expected) => {
    expect(parseParameters(text).map(({ name, value }) => [name, value])).toEqual(expected);
  });

  test.each([
    ['bad percent-encoding', 'a=%zz'],
    ['a lone percent', 'a=%'],
    ['bad UTF-8', 'a=%ff'],
    ['overlong UTF-8', 'a=%c0%af'],
    ['a lone surrogate', 'a=%ed%a0%80'],
    ['NUL', 'a=%00'],
    ['NUL in a name', '%00=a'],
    ['1,001 parameters', Array.from({ length: 1001 }, () => 'a=1').join('&')],
  ])('refuses %s', (_name, text) => {
    expect(() => parseParameters(text)).toThrow(expect.objectContaining({ code: 'invalid_request', status: 400 }));
  });

  test('takes 1,000 parameters', () => {
    expect(parseParameters(Array.from({ length: 1000 }, () => 'a=1').join('&'))).toHaveLength(1000);
  });
});

describe('uniqueForm', () => {
  test('refuses a repeated name, same value or not, but for those that may repeat', () => {
    const list = parseParameters('a=1&b=2&a=1');
    expect(() => uniqueForm(list)).toThrow(expect.objectContaining({ code: 'invalid_request' }));
    expect(uniqueForm(list, ['a'])).toBe(list);
    expect(valueOf(list, 'b')).toBe('2');
    expect(valueOf(list, 'c')).toBeUndefined();
  });
});

describe('readForm', () => {
  let served: ServedApp;
  beforeAll(async () => {
    served = await serveRoutes({
      manner: 'oauth',
      routes: [
        {
          path: '/form',
          post: async (request, response) => {
            const form = await readForm(request);
            sendJson(response, 200, { form, query: readQuery(request) });
          },
        },
      ],
    });
  });
  afterAll(() => served.stop());

  const form = 'application/x-www-form-urlencoded';
  const post = (body: string | Buffer | undefined, headers: Record<string, string>) =>
    fetch(`${served.url}/form?q=1&q=2`, { method: 'POST', headers, ...(body === undefined ? {} : { body }) });

  test.each([form, `${form};charset=UTF-8`, `${form}; charset="utf-8"`, 'Application/X-WWW-Form-URLEncoded'])(
    'takes %s',
    async (type) => {
      const answer = await post('a=1&a=2', { 'content-type': type });
      const pairs = (...values: string[][]) => values.map(([name, value]) => ({ name, value }));
      expect([answer.status, await answer.json()]).toEqual([
        200,
        { form: pairs(['a', '1'], ['a', '2']), query: pairs(['q', '1'], ['q', '2']) },
      ]);
    },
  );

  test.each<[string, string | Buffer | undefined, Record<string, string>, number, string]>([
    ['JSON', '{}', { 'content-type': 'application/json' }, 400, 'invalid_request'],
    ['text', 'a=1', { 'content-type': 'text/plain' }, 400, 'invalid_request'],
    ['no type', undefined, {}, 400, 'invalid_request'],
    ['UTF-16', 'a=1', { 'content-type': `${form}; charset=utf-16` }, 400, 'invalid_request'],
    ['a type that only begins so', 'a=1', { 'content-type': `${form}-not` }, 400, 'invalid_request'],
    ['raw bytes that are not UTF-8', Buffer.from([0x61, 0x3d, 0xff]), { 'content-type': form }, 400, 'invalid_request'],
    ['compression', 'a=1', { 'content-type': form, 'content-encoding': 'gzip' }, 400, 'invalid_request'],
    ['an array', 'code[]=1', { 'content-type': form }, 400, 'invalid_request'],
    ['an object', 'code[$ne]=1', { 'content-type': form }, 400, 'invalid_request'],
    ['an encoded bracket', 'code%5B%5D=1', { 'content-type': form }, 400, 'invalid_request'],
    ['a prototype', '__proto__=1', { 'content-type': form }, 400, 'invalid_request'],
    ['64 KiB and a byte', `a=${'x'.repeat(64 * 1024 - 1)}`, { 'content-type': form }, 413, 'request_too_large'],
  ])('refuses %s', async (_name, body, headers, status, error) => {
    const answer = await post(body, headers);
    expect([answer.status, ((await answer.json()) as { error: string }).error]).toEqual([status, error]);
    expect(({} as { x?: unknown }).x).toBeUndefined();
  });

  test('takes 64 KiB, and refuses more that came without a length', async () => {
    expect((await post(`a=${'x'.repeat(64 * 1024 - 2)}`, { 'content-type': form })).status).toBe(200);
    const endless = new ReadableStream({
      start(controller) {
        for (let i = 0; i < 10; i++) controller.enqueue(Buffer.from(`a${String(i)}=${'x'.repeat(10_000)}&`));
        controller.close();
      },
    });
    const init = { method: 'POST', headers: { 'content-type': form }, body: endless, duplex: 'half' } as RequestInit;
    expect((await fetch(`${served.url}/form`, init)).status).toBe(413);
  });

  test('logs names, never values', async () => {
    served.lines.length = 0;
    await post('client_secret=canary-in-value&Canary-In-Name=1', { 'content-type': form });
    await new Promise((resolve) => setImmediate(resolve));
    const line = served.lines.find(({ message }) => message === 'request');
    expect(line?.['parameters']).toEqual(['q', 'q', 'client_secret', '?']);
    expect(JSON.stringify(served.lines)).not.toMatch(/canary/i);
  });
});
