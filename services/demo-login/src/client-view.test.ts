// A client's own words are shown, never obeyed.
import { describe, expect, test } from '@jest/globals';
import { clientView, destinationOf, localesOf, wayBackFromLogout } from './client-view.js';

describe('clientView', () => {
  test.each([
    [{ client_id: 'c-1' }, 'c-1', 'C'],
    [{ client_id: 'c-1', client_name: '   ' }, 'c-1', 'C'],
    [{ client_id: 'c-1', client_name: 'Photo Print' }, 'Photo Print', 'P'],
    [{ client_id: 'c-1', client_name: 'a\u202eb\nc' }, 'a b c', 'A'],
    [{ client_id: 'c-1', client_name: 'x'.repeat(200) }, `${'x'.repeat(79)}…`, 'X'],
  ])('%j is called %j', (client, name, initial) => {
    expect(clientView(client)).toMatchObject({ name, initial });
  });

  test('shows only web addresses', () => {
    const view = clientView({
      client_id: 'c-1',
      logo_uri: 'data:image/svg+xml,<svg/>',
      policy_uri: 'javascript:alert(1)',
      tos_uri: 'https://client.example/tos',
    });
    expect(view.logo).toBeUndefined();
    expect(view.links).toEqual([{ about: 'terms', address: 'https://client.example/tos' }]);
  });

  test('a logo whose host a policy cannot name is left out', () => {
    expect(clientView({ client_id: 'c-1', logo_uri: 'https://a;b/logo.png' }).logo).toBeUndefined();
  });
});

describe('wayBackFromLogout', () => {
  const client = { client_id: 'c', post_logout_redirect_uris: ['https://c.example/out'] };
  const toOut = '/oauth2/sessions/logout?post_logout_redirect_uri=https%3A%2F%2Fc.example%2Fout';
  test.each([
    [toOut, client, 'https://c.example/'],
    [toOut, { ...client, client_uri: 'https://c.example/app' }, 'https://c.example/app'],
    ['/oauth2/sessions/logout?post_logout_redirect_uri=https%3A%2F%2Fevil.example', client, undefined],
    ['/oauth2/sessions/logout', client, undefined],
    [toOut, { client_id: 'c', post_logout_redirect_uris: null }, undefined],
    [toOut, null, undefined],
  ])('%s', (requestUrl, who, expected) => {
    expect(wayBackFromLogout(requestUrl, who)).toBe(expected);
  });
});

describe('destinationOf', () => {
  const client = { client_id: 'c', redirect_uris: ['https://c.example:8443/cb', 'com.example.app:/cb'] };
  const asking = (uri: string) => `https://op.example/oauth2/auth?redirect_uri=${encodeURIComponent(uri)}`;
  test.each([
    [asking('https://c.example:8443/cb'), client, 'c.example:8443'],
    [asking('https://evil.example/cb'), client, undefined],
    [asking('com.example.app:/cb'), client, undefined],
    ['https://op.example/oauth2/auth', client, undefined],
    [asking('https://c.example:8443/cb'), { client_id: 'c', redirect_uris: null }, undefined],
    ['http://[', client, undefined],
  ])('%s', (requestUrl, who, expected) => {
    expect(destinationOf(requestUrl, who)).toBe(expected);
  });
});

test('localesOf reads what a request asks for', () => {
  expect(localesOf('/oauth2/sessions/logout?ui_locales=de%20en')).toBe('de en');
  expect(localesOf('/oauth2/sessions/logout')).toBeNull();
});
