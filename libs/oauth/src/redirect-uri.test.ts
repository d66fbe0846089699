// The redirect URI corpus: each row is a spelling somebody once got past a matcher.
import { describe, expect, test } from '@jest/globals';
import type { OAuthError } from './errors.js';
import {
  checkRedirectUriRegistration,
  redirectUriIsInsecure,
  redirectUriMatches,
  resolveRedirectUri,
} from './redirect-uri.js';

const web = ['https://app.example/cb'];
const local = ['http://127.0.0.1/cb', 'http://[::1]/cb'];
const rows: [id: string, registered: string[], requested: string, allowed: boolean][] = [
  ['R01', web, 'https://app.example/cb', true],
  ['R02', web, 'https://app.example/cb/', false],
  ['R03', web, 'https://app.example/CB', false],
  ['R04', web, 'HTTPS://app.example/cb', false],
  ['R05', web, 'https://APP.example/cb', false],
  ['R06', web, 'https://app.example:443/cb', false],
  ['R07', web, 'https://app.example./cb', false],
  ['R08', web, 'https://app.example/cb?', false],
  ['R09 empty', web, 'https://app.example/cb#', false],
  ['R09', web, 'https://app.example/cb#x', false],
  ['R10', web, 'https://app.example/cb?x=1', false],
  ['R11 up', web, 'https://app.example/cb/../cb', false],
  ['R11 here', web, 'https://app.example/./cb', false],
  ['R12', web, 'https://app.example//cb', false],
  ['R13', web, 'https://app.example/%63b', false],
  ['R14', web, 'https://app.example/cb%2f..%2fevil', false],
  ['R15', web, 'https://app.example/cb%252f..', false],
  ['R16', web, 'https://app.example/cb/../evil', false],
  ['R17', web, 'https://app.example/cb/..;/evil', false],
  ['R18', web, 'https://app.example\\@evil.example/cb', false],
  ['R19', web, 'https://evil.example\\.app.example/cb', false],
  ['R20', web, 'https://app.example@evil.example/cb', false],
  ['R21', web, 'https://a@b@app.example/cb', false],
  ['R22 dot', web, 'https://appxexample/cb', false],
  ['R22 suffix', web, 'https://app.example.evil.example/cb', false],
  ['R22 encoded dot', web, 'https://app.example%2eevil.example/cb', false],
  ['R23 one slash', web, 'https:/app.example/cb', false],
  ['R23 no slash', web, 'https:app.example/cb', false],
  ['R23 backslashes', web, 'https:\\\\app.example\\cb', false],
  ['R24 scheme-relative', web, '//app.example/cb', false],
  ['R24 path', web, '/cb', false],
  ['R24 bare', web, 'app.example/cb', false],
  ['R25 leading', web, ' https://app.example/cb', false],
  ['R25 trailing', web, 'https://app.example/cb ', false],
  ['R26 LF', web, 'https://app.example/cb\n', false],
  ['R26 CR', web, 'https://app.example/cb\r', false],
  ['R26 TAB', web, 'https://app.example/cb\t', false],
  ['R26 TAB in host', web, 'https://app\t.example/cb', false],
  ['R28', web, 'https://\u0430pp.example/cb', false],
  ['R30 NFC', ['https://app.example/\u00e9'], 'https://app.example/\u00e9', true],
  ['R30 NFD', ['https://app.example/\u00e9'], 'https://app.example/e\u0301', false],
  ['R31', web, 'http://app.example/cb', false],
  ['R32', web, 'javascript:alert(1)//https://app.example/cb', false],
  ['R33 data', web, 'data:text/html,x', false],
  ['R33 vbscript', web, 'vbscript:x', false],
  ['R33 file', web, 'file:///etc/passwd', false],
  ['R33 blob', web, 'blob:https://app.example/1', false],
  ['R33 about', web, 'about:blank', false],
  ['R36', ['https://app.example/cb?a=1&b=2'], 'https://app.example/cb?b=2&a=1', false],
  ['R37 plus', ['https://app.example/cb?a=b%20c'], 'https://app.example/cb?a=b+c', false],
  ['R37 exact', ['https://app.example/cb?a=b%20c'], 'https://app.example/cb?a=b%20c', true],
  ['R39 v4', local, 'http://127.0.0.1:49152/cb', true],
  ['R39 v6', local, 'http://[::1]:49152/cb', true],
  ['R39 highest port', local, 'http://127.0.0.1:65535/cb', true],
  ['R39 registered port', ['http://127.0.0.1:8080/cb'], 'http://127.0.0.1:9090/cb', true],
  ['R39 no path', ['http://127.0.0.1'], 'http://127.0.0.1:9090', true],
  ['R40 query', local, 'http://127.0.0.1:8080/cb?a=b', false],
  ['R40 fragment', local, 'http://127.0.0.1:8080/cb#f', false],
  ['R40 empty fragment', local, 'http://127.0.0.1:8080/cb#', false],
  ['R40 encoded', local, 'http://127.0.0.1:8080/%63b', false],
  ['R40 dots', local, 'http://127.0.0.1:8080/x/../cb', false],
  ['R40 case', local, 'http://127.0.0.1:8080/CB', false],
  ['R41', local, 'http://evil@127.0.0.1:8080/cb', false],
  ['R42', ['https://127.0.0.1/cb'], 'http://127.0.0.1:8080/cb', false],
  ['R43 short', local, 'http://127.1:8080/cb', false],
  ['R43 number', local, 'http://2130706433/cb', false],
  ['R43 hex', local, 'http://0x7f.0.0.1/cb', false],
  ['R43 neighbour', local, 'http://127.0.0.2:8080/cb', false],
  ['R43 mapped', local, 'http://[::ffff:127.0.0.1]:9/cb', false],
  ['R43 long v6', local, 'http://[0:0:0:0:0:0:0:1]:9/cb', false],
  ['R43 suffix', local, 'http://127.0.0.1.evil.example:8080/cb', false],
  ['R43 userinfo', local, 'http://127.0.0.1:8080@evil.example/cb', false],
  ['R43 v4 for v6', ['http://[::1]/cb'], 'http://127.0.0.1:9/cb', false],
  ['R44 zero', local, 'http://127.0.0.1:0/cb', false],
  ['R44 too high', local, 'http://127.0.0.1:70000/cb', false],
  ['R44 leading zero', local, 'http://127.0.0.1:08080/cb', false],
  ['R44 empty', local, 'http://127.0.0.1:/cb', false],
  ['R44 space', local, 'http://127.0.0.1:80 /cb', false],
  ['R45', ['http://localhost/cb'], 'http://localhost:8080/cb', false],
  ['R46 exact', ['com.app:/cb'], 'com.app:/cb', true],
  ['R46 slashes', ['com.app:/cb'], 'com.app:///cb', false],
  ['R46 case', ['com.app:/cb'], 'COM.APP:/cb', false],
  ['R46 query', ['com.app:/cb'], 'com.app:/cb?x', false],
  ['line break after a loopback URI', local, 'http://127.0.0.1:1/cb\n', false],
];

test.each(rows)('%s', (_id, registered, requested, allowed) => {
  expect(redirectUriMatches(registered, requested)).toBe(allowed);
});

const codeOf = (work: () => unknown): string => {
  try {
    work();
    return 'ok';
  } catch (error) {
    return (error as OAuthError).code;
  }
};

describe('resolveRedirectUri', () => {
  test.each<[string, string[], string | undefined, boolean, string]>([
    ['takes the registered one', web, 'https://app.example/cb', true, 'https://app.example/cb'],
    ['may be omitted when one is registered', web, undefined, false, 'https://app.example/cb'],
    ['not with openid', web, undefined, true, 'invalid_request'],
    ['not when two are registered', local, undefined, false, 'invalid_request'],
    ['not when none is registered', [], undefined, false, 'invalid_request'],
    ['a foreign one', web, 'https://evil.example/', false, 'invalid_request'],
  ])('%s', (_name, registered, requested, openid, verdict) => {
    let result = '';
    const code = codeOf(() => (result = resolveRedirectUri(registered, requested, openid)));
    expect(code === 'ok' ? result : code).toBe(verdict);
  });
});

describe('checkRedirectUriRegistration', () => {
  test.each([
    ['R32', 'javascript:alert(1)//https://app.example/cb'],
    ['R33 data', 'data:text/html,x'],
    ['R33 vbscript', 'vbscript:x'],
    ['R33 file', 'file:///etc/passwd'],
    ['R33 blob', 'blob:https://app.example/1'],
    ['R33 about', 'about:blank'],
    ['R34 mixed case', 'JaVaScRiPt:alert(1)'],
    ['R34 line break', 'java\nscript:alert(1)'],
    ['R34 space', ' javascript:alert(1)'],
    ['R35 fragment', 'https://app.example/cb#x'],
    ['R35 empty fragment', 'https://app.example/cb#'],
    ['R35 no scheme', 'app.example/cb'],
    ['R35 relative', '//app.example/cb'],
    ['R35 userinfo', 'https://user@app.example/cb'],
    ['R35 wildcard host', 'https://*.app.example/cb'],
    ['R35 wildcard path', 'https://app.example/*'],
    ['backslash', 'https://app.example\\@evil.example/cb'],
    ['no host', 'https:///cb'],
    ['one slash', 'https:/app.example/cb'],
    ['bad port', 'https://app.example:99999/cb'],
    ['bad percent-encoding', 'https://app.example/%zz'],
    ['other alphabets', 'https://\u0430pp.example/cb'],
    ['too long', `https://app.example/${'a'.repeat(2048)}`],
    ['empty', ''],
  ])('refuses %s', (_id, uri) => {
    expect(codeOf(() => checkRedirectUriRegistration(uri))).toBe('invalid_redirect_uri');
  });

  test.each(['https://app.example/cb?a=b%20c', 'http://127.0.0.1/cb', 'http://[::1]:80/cb', 'com.app:/cb', 'app://cb'])(
    'takes %s',
    (uri) => {
      expect(codeOf(() => checkRedirectUriRegistration(uri))).toBe('ok');
    },
  );
});

test.each([
  ['http://app.example/cb', true],
  ['http://localhost.evil.example/cb', true],
  ['http://localhost:3000/cb', false],
  ['http://127.0.0.1/cb', false],
  ['http://[::1]:9/cb', false],
  ['https://app.example/cb', false],
  ['com.app:/cb', false],
])('redirectUriIsInsecure(%s) is %s', (uri, verdict) => {
  expect(redirectUriIsInsecure(uri)).toBe(verdict);
});
