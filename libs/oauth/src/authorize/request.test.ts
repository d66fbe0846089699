// Tables of authorization requests to verdicts: which are shown on a page, which are sent to the client, which pass.
import { describe, expect, test } from '@jest/globals';
import type { OAuthError } from '../errors.js';
import type { RequestPolicy, RequestingClient } from './request.js';
import { checkAuthorizationRequest, readAuthorizationRequest, readResponseAddress } from './request.js';

const challenge = 'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM';
const client: RequestingClient = {
  redirectUris: ['https://app.example/cb'],
  grantTypes: ['authorization_code', 'refresh_token'],
  responseTypes: ['code'],
  scope: 'openid offline photos',
  audience: ['https://api.example/v1'],
  tokenEndpointAuthMethod: 'client_secret_basic',
};
const policy: RequestPolicy = {
  scopeStrategy: 'wildcard',
  pkceRequired: false,
  pkceRequiredForPublicClients: true,
  minStateLength: 0,
  minNonceLength: 0,
  frontChannelTokens: true,
  insecureRedirects: false,
};
const good = {
  client_id: 'app',
  redirect_uri: 'https://app.example/cb',
  response_type: 'code',
  scope: 'openid photos',
  state: 'a-state',
};

/** `ok`, `page:<code>` for what no client may hear, `client:<code>` for what it is told. */
function verdict(
  parameters: Record<string, string | undefined>,
  from: RequestingClient = client,
  by: RequestPolicy = policy,
): string {
  const map = new Map(Object.entries({ ...good, ...parameters }).filter(([, value]) => value !== undefined));
  let face = 'page';
  try {
    const { redirectUri } = readResponseAddress(map, from);
    face = 'client';
    checkAuthorizationRequest(readAuthorizationRequest(map), redirectUri, from, by);
    return 'ok';
  } catch (error) {
    return `${face}:${(error as OAuthError).code}`;
  }
}

describe('parameters', () => {
  test.each<[string, Record<string, string | undefined>, string]>([
    ['plain', {}, 'ok'],
    ['unknown parameters', { foo: 'bar', claims: '{}', display: 'popup', ui_locales: 'de', acr_values: '1 2' }, 'ok'],
    ['no state', { state: undefined }, 'ok'],
    ['A07 unknown mode', { response_mode: 'foo' }, 'page:unsupported_response_mode'],
    ['form_post', { response_mode: 'form_post' }, 'ok'],
    ['fragment', { response_mode: 'fragment' }, 'ok'],
    [
      'A08 all wrong',
      { prompt: 'none', redirect_uri: 'https://evil.example/', scope: 'x', response_type: 'y' },
      'page:invalid_request',
    ],
    ['A09 openid without redirect_uri', { redirect_uri: undefined }, 'page:invalid_request'],
    ['A09 without openid', { redirect_uri: undefined, scope: 'photos' }, 'ok'],
    ['A10 scope not allowed', { scope: 'openid admin' }, 'client:invalid_scope'],
    ['A10 NUL in scope', { scope: 'photos\0' }, 'client:invalid_scope'],
    ['A10 quote in scope', { scope: 'photos"' }, 'client:invalid_scope'],
    ['A10 TAB in scope', { scope: 'openid\tphotos' }, 'client:invalid_scope'],
    ['A10 letters of other alphabets', { scope: 'ph\u00f6tos' }, 'client:invalid_scope'],
    ['A10 double space', { scope: 'openid  photos' }, 'ok'],
    ['A11 no response_type', { response_type: undefined }, 'client:unsupported_response_type'],
    ['A11 repeated word', { response_type: 'code code' }, 'client:unsupported_response_type'],
    ['A11 token', { response_type: 'token' }, 'client:unsupported_response_type'],
    ['A11 hybrid', { response_type: 'id_token code' }, 'client:unsupported_response_type'],
    ['A12 none and login', { prompt: 'none login' }, 'client:invalid_request'],
    ['A12 upper case', { prompt: 'NONE' }, 'client:invalid_request'],
    ['A13 negative', { max_age: '-1' }, 'client:invalid_request'],
    ['A13 exponent', { max_age: '1e3' }, 'client:invalid_request'],
    ['A13 overflow', { max_age: '99999999999999999999' }, 'client:invalid_request'],
    ['A14 both request objects', { request: 'x', request_uri: 'y' }, 'page:invalid_request'],
    ['A14 request', { request: 'x' }, 'client:request_not_supported'],
    ['A14 request_uri', { request_uri: 'https://app.example/r' }, 'client:request_uri_not_supported'],
    ['A14 registration', { registration: '{}' }, 'client:registration_not_supported'],
    ['audience allowed', { audience: 'https://api.example/v1/photos' }, 'ok'],
    ['audience not allowed', { audience: 'https://other.example/' }, 'client:invalid_request'],
    ['S256', { code_challenge: challenge, code_challenge_method: 'S256' }, 'ok'],
    ['plain', { code_challenge: challenge, code_challenge_method: 'plain' }, 'client:invalid_request'],
    ['challenge without method', { code_challenge: challenge }, 'client:invalid_request'],
    ['short challenge', { code_challenge: 'abc', code_challenge_method: 'S256' }, 'client:invalid_request'],
  ])('%s', (_name, parameters, expected) => {
    expect(verdict(parameters)).toBe(expected);
  });
});

describe('client and policy', () => {
  const open = { ...client, tokenEndpointAuthMethod: 'none' };
  const pkce = { code_challenge: challenge, code_challenge_method: 'S256' };
  const insecure = { ...client, redirectUris: ['http://app.example/cb'] };
  test.each<[string, Record<string, string>, RequestingClient, RequestPolicy, string]>([
    ['public client without PKCE', {}, open, policy, 'client:invalid_request'],
    ['public client with PKCE', pkce, open, policy, 'ok'],
    ['PKCE for all', {}, client, { ...policy, pkceRequired: true }, 'client:invalid_request'],
    ['no PKCE asked', {}, open, { ...policy, pkceRequiredForPublicClients: false }, 'ok'],
    ['empty lists mean code', {}, { ...client, grantTypes: [], responseTypes: [] }, policy, 'ok'],
    ['grant type missing', {}, { ...client, grantTypes: ['client_credentials'] }, policy, 'client:unauthorized_client'],
    ['response type missing', {}, { ...client, responseTypes: ['token'] }, policy, 'client:unsupported_response_type'],
    ['A06 seven characters', { state: '1234567' }, client, { ...policy, minStateLength: 8 }, 'client:invalid_state'],
    ['A06 eight characters', { state: '12345678' }, client, { ...policy, minStateLength: 8 }, 'ok'],
    ['code without its grant', {}, { ...client, grantTypes: ['implicit'] }, policy, 'client:unauthorized_client'],
    ['http elsewhere', { redirect_uri: 'http://app.example/cb' }, insecure, policy, 'client:invalid_request'],
    [
      'http in development',
      { redirect_uri: 'http://app.example/cb' },
      insecure,
      { ...policy, insecureRedirects: true },
      'ok',
    ],
  ])('%s', (_name, parameters, from, by, expected) => {
    expect(verdict(parameters, from, by)).toBe(expected);
  });
});

describe('response types', () => {
  const all: RequestingClient = {
    ...client,
    grantTypes: ['authorization_code', 'implicit'],
    responseTypes: [
      'code',
      'id_token',
      'token id_token',
      'token',
      'code id_token',
      'code token',
      'code id_token token',
    ],
  };
  const nonce = 'a-nonce';
  const codeOnly = { ...all, grantTypes: ['authorization_code'] };
  const implicitOnly = { ...all, grantTypes: ['implicit'] };
  const hydra = { ...policy, minNonceLength: 8 };
  const oauth21 = { ...policy, frontChannelTokens: false };
  test.each<[string, Record<string, string>, RequestingClient, RequestPolicy, string]>([
    ['token', { response_type: 'token' }, all, policy, 'ok'],
    ['id_token', { response_type: 'id_token', nonce }, all, policy, 'ok'],
    ['A11 any order', { response_type: 'token id_token code', nonce }, all, policy, 'ok'],
    ['spaces', { response_type: ' code  id_token ', nonce }, all, policy, 'ok'],
    ['none', { response_type: 'none' }, all, policy, 'client:unsupported_response_type'],
    ['an unknown word', { response_type: 'code web' }, all, policy, 'client:unsupported_response_type'],
    ['a subset of a registered one', { response_type: 'token' }, client, policy, 'client:unsupported_response_type'],
    ['no nonce, id_token', { response_type: 'id_token' }, all, policy, 'client:invalid_request'],
    ['no nonce, code id_token', { response_type: 'code id_token' }, all, policy, 'client:invalid_request'],
    ['no nonce, code token', { response_type: 'code token' }, all, policy, 'ok'],
    ['short nonce', { response_type: 'id_token', nonce: 'short77' }, all, policy, 'ok'],
    ['short nonce, Hydra', { response_type: 'id_token', nonce: 'short77' }, all, hydra, 'client:insufficient_entropy'],
    ['short nonce with code, Hydra', { nonce: 'x' }, all, hydra, 'ok'],
    [
      'id_token without openid',
      { response_type: 'id_token', nonce, scope: 'photos' },
      all,
      policy,
      'client:unsupported_response_type',
    ],
    ['hybrid without openid', { response_type: 'code id_token', scope: 'photos' }, all, policy, 'ok'],
    [
      'token in a query',
      { response_type: 'token', response_mode: 'query' },
      all,
      policy,
      'client:unsupported_response_mode',
    ],
    ['token in a form', { response_type: 'token', response_mode: 'form_post' }, all, policy, 'ok'],
    ['token without implicit', { response_type: 'token' }, codeOnly, policy, 'client:unauthorized_client'],
    ['code token without implicit', { response_type: 'code token' }, codeOnly, policy, 'client:unauthorized_client'],
    ['code id_token without implicit', { response_type: 'code id_token', nonce }, codeOnly, policy, 'ok'],
    [
      'code id_token without code',
      { response_type: 'code id_token', nonce },
      implicitOnly,
      policy,
      'client:unauthorized_client',
    ],
    ['OAuth 2.1, token', { response_type: 'token' }, all, oauth21, 'client:unsupported_response_type'],
    ['OAuth 2.1, id_token', { response_type: 'id_token', nonce }, all, oauth21, 'ok'],
    ['PKCE is for codes', { response_type: 'token' }, { ...all, tokenEndpointAuthMethod: 'none' }, policy, 'ok'],
    [
      'PKCE in hybrids',
      { response_type: 'code token' },
      { ...all, tokenEndpointAuthMethod: 'none' },
      policy,
      'client:invalid_request',
    ],
  ])('%s', (_name, parameters, from, by, expected) => {
    expect(verdict(parameters, from, by)).toBe(expected);
  });

  test.each<[string | undefined, string | undefined, string]>([
    ['code', undefined, 'query'],
    [undefined, undefined, 'query'],
    ['made up', undefined, 'query'],
    ['id_token code', undefined, 'fragment'],
    ['token made_up', undefined, 'fragment'],
    ['token', 'query', 'fragment'],
    ['code', 'fragment', 'fragment'],
    ['id_token', 'form_post', 'form_post'],
  ])('%s by %s is answered in the %s', (type, mode, expected) => {
    const map = new Map(Object.entries({ ...good, response_type: type ?? '', response_mode: mode ?? '' }));
    for (const [name, value] of map) if (value === '') map.delete(name);
    expect(readResponseAddress(map, client).mode).toBe(expected);
  });
});

test('reads the normal form', () => {
  const map = new Map(
    Object.entries({
      ...good,
      prompt: 'login consent',
      max_age: '60',
      login_hint: 'ann',
      acr_values: 'a  b',
      nonce: 'n',
    }),
  );
  expect(readAuthorizationRequest(map)).toEqual({
    clientId: 'app',
    redirectUri: 'https://app.example/cb',
    responseType: ['code'],
    responseMode: 'query',
    scopes: ['openid', 'photos'],
    audience: [],
    state: 'a-state',
    nonce: 'n',
    codeChallenge: '',
    prompt: ['login', 'consent'],
    maxAge: 60,
    idTokenHint: undefined,
    loginHint: 'ann',
    display: '',
    uiLocales: [],
    acrValues: ['a', 'b'],
    claims: undefined,
    identitySchema: '',
  });
});
