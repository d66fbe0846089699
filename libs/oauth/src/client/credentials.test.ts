// Credentials as they come: one way at a time, strictly spelled (security C01-C06).
import { describe, expect, test } from '@jest/globals';
import { uniqueParameters } from '../parameters.js';
import { readCredentials } from './credentials.js';

const base64 = (text: string) => Buffer.from(text).toString('base64');
const read = (authorization: string, form: string, lenient = false) => {
  const list = [...new URLSearchParams(form)].map(([name, value]) => ({ name, value }));
  try {
    return readCredentials(authorization, uniqueParameters(list), lenient);
  } catch (error) {
    return (error as { code: string }).code;
  }
};
const basic = (clientId: string, secret: string) => ({ method: 'client_secret_basic', clientId, secret });
const assertion =
  'client_assertion_type=urn%3Aietf%3Aparams%3Aoauth%3Aclient-assertion-type%3Ajwt-bearer&client_assertion=x.y.z';

describe('C01, C02: readCredentials', () => {
  test.each<[string, string, string, unknown]>([
    ['nothing', '', '', undefined],
    ['Basic', `Basic ${base64('id:secret')}`, '', basic('id', 'secret')],
    ['lower-case basic', `basic ${base64('id:secret')}`, '', basic('id', 'secret')],
    ['a colon in the secret', `Basic ${base64('id:se:cret')}`, '', basic('id', 'se:cret')],
    ['form-encoded halves', `Basic ${base64('a%3Ab:%25+%2B%C3%A9')}`, '', basic('a:b', '% +é')],
    ['the same client_id in the form', `Basic ${base64('id:secret')}`, 'client_id=id', basic('id', 'secret')],
    ['another client_id in the form', `Basic ${base64('id:secret')}`, 'client_id=x', 'invalid_request'],
    ['an empty password', `Basic ${base64('id:')}`, '', { method: 'none', clientId: 'id' }],
    ['a malformed escape', `Basic ${base64('id:%zz')}`, '', 'invalid_request'],
    ['an escape that is not UTF-8', `Basic ${base64('id:%ff')}`, '', 'invalid_request'],
    ['no colon', `Basic ${base64('id')}`, '', 'invalid_client'],
    ['junk behind the base64', `Basic ${base64('id:secret')}!`, '', 'invalid_client'],
    ['junk inside the base64', `Basic aW!Q6c2VjcmV0`, '', 'invalid_client'],
    ['base64url letters', 'Basic Pz8_Og--', '', 'invalid_client'],
    ['spare bits set', 'Basic aWQ6c2VjcmV1dB==', '', 'invalid_client'],
    ['bytes that are not UTF-8', `Basic ${Buffer.from([0xff, 0x3a, 0x61]).toString('base64')}`, '', 'invalid_client'],
    ['Basic alone', 'Basic', '', 'invalid_client'],
    ['another scheme', 'Bearer abc', '', 'invalid_client'],
    ['in the form', '', 'client_id=id&client_secret=s', { method: 'client_secret_post', clientId: 'id', secret: 's' }],
    ['a secret without an id', '', 'client_secret=s', 'invalid_request'],
    ['an id alone', '', 'client_id=id', { method: 'none', clientId: 'id' }],
    ['an empty secret in the form', '', 'client_id=id&client_secret=', { method: 'none', clientId: 'id' }],
    ['header and form', `Basic ${base64('id:secret')}`, 'client_id=id&client_secret=secret', 'invalid_request'],
    ['header and assertion', `Basic ${base64('id:secret')}`, assertion, 'invalid_request'],
    ['secret and assertion', '', `client_id=id&client_secret=s&${assertion}`, 'invalid_request'],
    ['an assertion', '', assertion, { method: 'assertion', clientId: undefined, assertion: 'x.y.z' }],
    ['an assertion without its type', '', 'client_assertion=x', 'invalid_request'],
    ['an assertion of another type', '', 'client_assertion=x&client_assertion_type=saml', 'invalid_request'],
    ['a type without its assertion', '', assertion.split('&')[0]!, 'invalid_request'],
  ])('%s', (_name, authorization, form, expected) => {
    expect(read(authorization, form)).toEqual(expected);
  });

  test.each<[string, string, string, unknown]>([
    ['another scheme', 'Bearer abc', '', undefined],
    ['no base64', 'Basic !!!', 'client_id=id', { method: 'none', clientId: 'id' }],
    ['another client_id in the form', `Basic ${base64('id:secret')}`, 'client_id=x', basic('id', 'secret')],
    ['a malformed escape', `Basic ${base64('id:%zz')}`, '', 'invalid_request'],
  ])('as Hydra reads: %s', (_name, authorization, form, expected) => {
    expect(read(authorization, form, true)).toEqual(expected);
  });
});
