// The session iframe: whether it is there, what its headers allow, and what its script answers (OpenID Connect Session
// Management 1.0 §3). The script itself runs here, in a context that has what a browser gives it.
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { browserState, sessionState } from '@cardea/oauth';
import { createHash, webcrypto } from 'node:crypto';
import { createContext, runInContext } from 'node:vm';
import type { StartedGateway } from './gateway.fixture.js';
import { startGateway } from './gateway.fixture.js';

let gateway: StartedGateway;
let html = '';
let script = '';
let headers: Headers;
beforeAll(async () => {
  gateway = await startGateway({});
  const answer = await fetch(`${gateway.url}/oauth2/sessions/check`);
  headers = answer.headers;
  html = await answer.text();
  script = /<script>([^]*)<\/script>/.exec(html)?.[1] ?? '';
});
afterAll(() => gateway.stop());

test("runs its one script and nothing else, in anybody's frame", () => {
  const hash = createHash('sha256').update(script).digest('base64');
  const policy = headers.get('content-security-policy');
  expect(policy).toContain(`default-src 'none'; script-src 'sha256-${hash}'`);
  expect(policy).toContain('frame-ancestors *');
  expect(headers.get('x-frame-options')).toBeNull();
});

describe('the script', () => {
  const asked = async (cookie: string, message: unknown, origin = 'https://app.example'): Promise<unknown> => {
    let listen: (event: object) => Promise<void> = () => Promise.resolve();
    const window = createContext({
      addEventListener: (_type: string, listener: typeof listen) => (listen = listener),
      document: { cookie },
      crypto: webcrypto,
      TextEncoder,
      Uint8Array,
    });
    runInContext(script, window);
    const answers: unknown[] = [];
    await listen({ data: message, origin, source: { postMessage: (...words: unknown[]) => answers.push(words) } });
    return answers[0];
  };
  const state = browserState('session-1');
  const cookie = `other=1; ory_hydra_session_state=${state}`;
  const message = (clientId = 'app') =>
    `${clientId} ${String(sessionState(clientId, 'https://app.example/cb', state, 'sa_lt-1'))}`;

  test('says unchanged while the login is the same, to the page that asked', async () => {
    expect(await asked(cookie, message())).toEqual(['unchanged', 'https://app.example']);
    expect(await asked(cookie, message('an app'))).toEqual(['unchanged', 'https://app.example']);
  });

  test.each([
    ['another login', `ory_hydra_session_state=${browserState('session-2')}`, 'https://app.example'],
    ['no login', '', 'https://app.example'],
    ['another page', cookie, 'https://evil.example'],
  ])('says changed: %s', async (_why, present, origin) => {
    expect(await asked(present, message(), origin)).toEqual(['changed', origin]);
  });

  test.each([['app'], ['app x.y'], [`app ${'0'.repeat(64)}`], [5], [null], [{}]])('says error to %j', async (data) => {
    expect(await asked(cookie, data)).toEqual(['error', 'https://app.example']);
  });

  test('says nothing to a page without an origin', async () => {
    expect(await asked(cookie, message(), 'null')).toBeUndefined();
  });
});

test('off, there is no such page', async () => {
  const without = await startGateway({}, { PROFILE: 'hydra-compat' });
  try {
    expect((await fetch(`${without.url}/oauth2/sessions/check`)).status).toBe(404);
  } finally {
    await without.stop();
  }
});
