// What a path answers that nothing answers, to programs and to people, in both manners.
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { ServedApp } from './app.fixture.js';
import { serveRoutes } from './app.fixture.js';
import { OAuthError } from '@cardea/oauth';

const routes = [
  {
    path: '/thing',
    get: () => {
      throw new OAuthError('not_found', 'No such thing.');
    },
  },
];

const look = async (app: ServedApp, accept: string | undefined, path = '/nothing', method = 'GET', language = '') => {
  const headers = {
    ...(accept === undefined ? {} : { accept }),
    ...(language === '' ? {} : { 'accept-language': language }),
  };
  const response = await fetch(app.url + path, { method, headers });
  return {
    status: response.status,
    type: response.headers.get('content-type')?.split(';')[0],
    cache: response.headers.get('cache-control'),
    policy: response.headers.get('content-security-policy'),
    text: await response.text(),
  };
};
const browser = 'text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8';

describe('our own manner', () => {
  let app: ServedApp;
  beforeAll(async () => void (app = await serveRoutes({ manner: 'oauth', routes })));
  afterAll(() => app.stop());

  test.each([undefined, '*/*', 'application/json', 'text/plain', 'image/png', '', ','])('%s: JSON', async (accept) => {
    const answer = await look(app, accept);
    expect(answer).toMatchObject({ status: 404, type: 'application/json', cache: 'no-store' });
    expect(JSON.parse(answer.text)).toMatchObject({ error: 'not_found', error_id: expect.any(String) });
  });
  test('a browser is shown a page that runs nothing', async () => {
    const answer = await look(app, browser, '/<script>alert(1)</script>');
    expect(answer).toMatchObject({ status: 404, type: 'text/html' });
    expect(answer.policy).toContain("default-src 'none'");
    expect(answer.text).not.toContain('script');
  });
  test.each([
    ['/nothing', 'de-AT, en;q=0.5', 'de', 'Hier ist nichts'],
    ['/nothing', 'fr', 'en', 'There is nothing here'],
    ['/nothing?ui_locales=de', 'en', 'de', 'Hier ist nichts'],
    ['/nothing?ui_locales=%zz', 'de', 'de', 'Hier ist nichts'],
  ])('%s, a person who reads %s: %s', async (path, reads, language, title) => {
    const { text } = await look(app, browser, path, 'GET', reads);
    expect(text).toContain(`<html lang="${language}">`);
    expect(text).toContain(`<title>${title}</title>`);
  });
  test('a thing that is not there is an answer of its route, to browsers too', async () => {
    expect(await look(app, browser, '/thing')).toMatchObject({ status: 404, type: 'application/json' });
  });
});

describe('Hydra’s manner', () => {
  let app: ServedApp;
  beforeAll(async () => void (app = await serveRoutes({ manner: 'hydra', routes })));
  afterAll(() => app.stop());

  test.each([undefined, '*/*', browser, 'image/png'])('%s: a page', async (accept) => {
    const answer = await look(app, accept);
    expect(answer).toMatchObject({ status: 404, type: 'text/html' });
    expect(answer.text).toContain('<title>404 - Route not found</title>');
  });
  test('programs get its nested JSON, for a wrong method too', async () => {
    for (const answer of [
      await look(app, 'application/json'),
      await look(app, 'application/json;q=0.9, text/html', '/thing', 'DELETE'),
    ]) {
      expect(answer).toMatchObject({ status: 404, type: 'application/json' });
      expect(JSON.parse(answer.text)).toMatchObject({
        error: { code: 404, message: 'Not Found', reason: expect.any(String) },
      });
    }
  });
  test('plain text', async () => {
    expect(await look(app, 'text/plain')).toMatchObject({ status: 404, type: 'text/plain' });
  });
});
