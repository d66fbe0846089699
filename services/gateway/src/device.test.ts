// The device endpoints over real HTTP and gRPC: what devices and their people's browsers are told (RFC 8628 §3.1 to §3.3).
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { OAuthError } from '@cardea/oauth';
import { authorizationV1 } from '@cardea/rpc';
import type { StartedGateway } from './gateway.fixture.js';
import { startGateway } from './gateway.fixture.js';

let device: authorizationV1.AuthorizeDeviceRequest | undefined;
let person: authorizationV1.VerifyUserCodeRequest | undefined;
let trouble: OAuthError | undefined;

const cookie = {
  name: 'ory_hydra_device_csrf',
  value: 'v',
  maxAgeSeconds: 1800,
  kind: authorizationV1.CookieKind.FLOW,
};
const handlers = {
  authorizeDevice: async (request: authorizationV1.AuthorizeDeviceRequest) => {
    device = request;
    if (trouble !== undefined) throw trouble;
    return {
      deviceCode: 'ory_dc_x',
      userCode: 'BCDF2345',
      verificationUri: 'https://as.test/oauth2/device/verify',
      verificationUriComplete: 'https://as.test/oauth2/device/verify?user_code=BCDF2345',
      expiresInSeconds: 600,
      intervalSeconds: 5,
    };
  },
  verifyUserCode: async (request: authorizationV1.VerifyUserCodeRequest) => {
    person = request;
    if (trouble !== undefined) throw trouble;
    return { location: 'https://ui.test/device?device_challenge=c', setCookies: [cookie] };
  },
};

let standard: StartedGateway;
let compat: StartedGateway;
beforeAll(async () => {
  standard = await startGateway({ authorization: handlers }, { URLS_ERROR: 'https://ui.test/error' });
  compat = await startGateway({ authorization: handlers }, { PROFILE: 'hydra-compat' });
});
afterAll(async () => {
  await standard.stop();
  await compat.stop();
});

describe('a device', () => {
  const ask = (body: URLSearchParams, headers: Record<string, string> = {}) =>
    fetch(`${standard.url}/oauth2/device/auth`, { method: 'POST', body, headers });

  test('gets its codes, and nobody keeps them', async () => {
    trouble = undefined;
    const form = new URLSearchParams({ client_id: 'tv', scope: 'openid', audience: 'a' });
    form.append('audience', 'b');
    const response = await ask(form, { authorization: 'Basic dHY6' });
    expect(response.status).toBe(200);
    expect(response.headers.get('content-type')).toBe('application/json;charset=UTF-8');
    expect(response.headers.get('cache-control')).toBe('no-store');
    expect(await response.json()).toEqual({
      device_code: 'ory_dc_x',
      user_code: 'BCDF2345',
      verification_uri: 'https://as.test/oauth2/device/verify',
      verification_uri_complete: 'https://as.test/oauth2/device/verify?user_code=BCDF2345',
      expires_in: 600,
      interval: 5,
    });
    expect(device?.authorization).toBe('Basic dHY6');
    expect(device?.parameters.map(({ value }) => value)).toEqual(['tv', 'openid', 'a', 'b']);
  });

  test('is told what is wrong', async () => {
    trouble = new OAuthError('invalid_scope');
    const response = await ask(new URLSearchParams({ client_id: 'tv' }));
    expect([response.status, await response.json()]).toEqual([
      400,
      expect.objectContaining({ error: 'invalid_scope' }),
    ]);
    const twice = await ask(new URLSearchParams('client_id=tv&client_id=x'));
    expect(await twice.json()).toMatchObject({ error: 'invalid_request' });
    const inQuery = await fetch(`${standard.url}/oauth2/device/auth?client_id=tv`, { method: 'POST' });
    expect([inQuery.status, await inQuery.json()]).toMatchObject([400, { error: 'invalid_request' }]);
    expect((await fetch(`${standard.url}/oauth2/device/auth`)).status).toBe(405);
  });
});

describe('a browser', () => {
  const visit = (url: string, path: string) =>
    fetch(url + path, { redirect: 'manual', headers: { cookie: 'ory_hydra_device_csrf=mine; other=x' } });

  test('is sent to the verification page', async () => {
    trouble = undefined;
    const response = await visit(standard.url, '/oauth2/device/verify?user_code=BCDF2345&user_code=x');
    expect(response.status).toBe(302);
    expect(response.headers.get('location')).toBe('https://ui.test/device?device_challenge=c');
    expect(response.headers.get('set-cookie')).toContain('ory_hydra_device_csrf=v; Path=/; Max-Age=1800; HttpOnly');
    expect(person?.cookies).toEqual([{ name: 'ory_hydra_device_csrf', value: 'mine' }]);
    expect(person?.parameters).toEqual([
      { name: 'user_code', value: 'BCDF2345' },
      { name: 'user_code', value: 'x' },
    ]);
    expect(person?.clientAddress).toMatch(/127\.0\.0\.1$/);
  });

  test('is shown errors on a page, as JSON where Hydra did so', async () => {
    trouble = new OAuthError('access_denied', 'no', { status: 400 });
    const page = await visit(standard.url, '/oauth2/device/verify?consent_verifier=v');
    const shown = new URL(page.headers.get('location') ?? '');
    expect([page.status, shown.origin + shown.pathname]).toEqual([302, 'https://ui.test/error']);
    expect([shown.searchParams.get('error'), shown.searchParams.get('error_description')]).toEqual([
      'access_denied',
      'no',
    ]);
    const json = await visit(compat.url, '/oauth2/device/verify?consent_verifier=v');
    expect([json.status, await json.json()]).toEqual([400, { error: 'access_denied', error_description: 'no' }]);
    expect([json.headers.get('content-type'), json.headers.get('cardea-error-id')]).toEqual([
      'application/json',
      expect.stringMatching(/^\w{16,}$/),
    ]);
  });

  test('in hydra-compat redirects are Hydra’s: a line of HTML, and no id of an error but in a header', async () => {
    trouble = undefined;
    const on = await visit(compat.url, '/oauth2/device/verify?user_code=BCDF2345');
    expect([on.status, await on.text()]).toEqual([
      302,
      '<a href="https://ui.test/device?device_challenge=c">Found</a>.\n\n',
    ]);
    expect(on.headers.get('set-cookie')).toMatch(/v; Path=\/; Expires=\w{3}, [^;]+ GMT; Max-Age=1800; HttpOnly/);
    expect(['cache-control', 'pragma', 'referrer-policy'].map((name) => on.headers.get(name))).toEqual([
      'private, no-cache, no-store, must-revalidate',
      null,
      null,
    ]);
    // Nothing here answers authorization requests.
    const page = await visit(compat.url, '/oauth2/auth?client_id=a');
    const shown = new URL(page.headers.get('location') ?? '', compat.url);
    expect([page.status, [...shown.searchParams.keys()]]).toEqual([302, ['error', 'error_description']]);
    expect(page.headers.get('cardea-error-id')).toMatch(/^\w{16,}$/);
  });

  test('no user code gets into a log', async () => {
    trouble = undefined;
    await visit(standard.url, '/oauth2/device/verify?user_code=SECR3T42');
    expect(standard.lines.filter((line) => line['path'] === '/oauth2/device/verify').length).toBeGreaterThan(0);
    expect(JSON.stringify(standard.lines)).not.toContain('SECR3T42');
  });

  test.each([
    ['/oauth2/fallbacks/device', 'Connecting a device is not set up yet', 'urls.device.verification'],
    ['/oauth2/fallbacks/device/done', 'Your device is let in', 'urls.device.success'],
  ])('%s says what is to do', async (path, title, setting) => {
    const response = await fetch(standard.url + path);
    const html = await response.text();
    expect([response.status, html]).toEqual([200, expect.stringContaining(`<title>${title}</title>`)]);
    expect(html).toContain(`<code>${setting}</code>`);
  });
});
