// What a process remembers of a flow's row is never more than a guess that the next statement checks: what another process stored
// meanwhile counts (ARCHITECTURE §2 law 8).
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { OAuthError } from '@cardea/oauth';
import { interactionV1 } from '@cardea/rpc';
import { createInteractionHandlers } from '../rpc/interaction.js';
import { createFlows } from '../storage/flows.js';
import { authorize } from './authorize.js';
import type { Browser, Installation } from './installation.fixture.js';
import { authorizationUrl, call, createInstallation, parameterOf, told } from './installation.fixture.js';

let it: Installation;
let elsewhere: Installation['context'];
let appElsewhere: Installation['app'];
beforeAll(async () => {
  it = await createInstallation();
  // Another process: the same database and secrets, and a memory of its own.
  elsewhere = { ...it.context, flows: createFlows(it.database) };
  appElsewhere = createInteractionHandlers(elsewhere);
});
afterAll(() => it.close());

const acceptLogin = (challenge: string, subject: string, app = it.app) =>
  app.acceptLoginRequest(interactionV1.AcceptLoginRequestRequest.create({ challenge, subject }), call);
const acceptConsent = (
  challenge: string,
  more: Partial<interactionV1.AcceptConsentRequestRequest> = {},
  app = it.app,
) => {
  const grantedScopes = ['openid'];
  return app.acceptConsentRequest(
    interactionV1.AcceptConsentRequestRequest.create({ challenge, grantedScopes, ...more }),
    call,
  );
};
const open = (context: Installation['context'], browser: Browser, url: string) =>
  authorize(context, {
    parameters: [...new URL(url).searchParams].map(([name, value]) => ({ name, value })),
    cookies: [...browser.cookies].map(([name, value]) => ({ name, value })),
  });
const toConsent = async (browser: Browser) => {
  const challenge = parameterOf(await browser.open(authorizationUrl()), 'login_challenge');
  const { redirectTo } = await acceptLogin(challenge, 'ann');
  return parameterOf(await browser.open(redirectTo), 'consent_challenge');
};
const refOf = (challenge: string) => {
  const { entropy, expiresAt } = it.context.handles.open('consent_challenge', challenge)!;
  return { id: Buffer.from(entropy.subarray(0, 16)), expiresAt };
};
const spent = expect.objectContaining({ error: 'access_denied' });

test('a flow that one process sees through is read for the apps’ questions alone', async () => {
  const { query } = it.database;
  const reads: string[] = [];
  it.database.query = ((statement: { name?: string }, ...rest: unknown[]) => {
    if (statement.name === 'flow_find') reads.push(statement.name);
    return (query as (...all: unknown[]) => unknown).call(it.database, statement, ...rest);
  }) as typeof query;
  try {
    const browser = it.browser();
    const challenge = await toConsent(browser);
    await it.app.getConsentRequest({ challenge }, call);
    const { redirectTo } = await acceptConsent(challenge);
    expect(told(await browser.open(redirectTo))).toHaveProperty('code');
  } finally {
    it.database.query = query;
  }
  expect(reads).toHaveLength(1);
});

test('a login that another process has used is spent here too, and one that it stored counts instead of ours', async () => {
  const browser = it.browser();
  const challenge = parameterOf(await browser.open(authorizationUrl()), 'login_challenge');
  const ours = await acceptLogin(challenge, 'ann');
  const theirs = await acceptLogin(challenge, 'bob', appElsewhere);
  expect(told(await open(it.context, browser, ours.redirectTo))).toEqual(spent);
  expect(parameterOf(await open(elsewhere, browser, theirs.redirectTo), 'consent_challenge')).toBeTruthy();

  const second = it.browser();
  const asked = parameterOf(await second.open(authorizationUrl()), 'login_challenge');
  const { redirectTo } = await acceptLogin(asked, 'ann');
  expect(parameterOf(await open(elsewhere, second, redirectTo), 'consent_challenge')).toBeTruthy();
  expect(told(await open(it.context, second, redirectTo))).toEqual(spent);
});

test('a consent is answered on what another process stored meanwhile: its context stays, its answer is replaced', async () => {
  const browser = it.browser();
  const challenge = await toConsent(browser);
  const first = await acceptConsent(challenge, { contextJson: Buffer.from('{"a":1}') }, appElsewhere);
  const last = await acceptConsent(challenge, { grantedScopes: ['openid', 'photos'] });
  expect(told(await browser.open(first.redirectTo))).toEqual(spent);
  const { contextJson } = await it.app.getConsentRequest({ challenge }, call);
  expect(Buffer.from(contextJson).toString()).toBe('{"a":1}');
  expect(told(await browser.open(last.redirectTo))).toHaveProperty('code');
});

test('a consent that another process has seen used is handled, whatever is remembered of it here', async () => {
  const browser = it.browser();
  const challenge = await toConsent(browser);
  const { redirectTo } = await acceptConsent(challenge, {}, appElsewhere);
  expect(it.context.flows.recall(refOf(challenge), null)).toBeDefined();
  expect(told(await open(elsewhere, browser, redirectTo))).toHaveProperty('code');
  const refused = await acceptConsent(challenge).catch((error: unknown) => error as OAuthError);
  expect(refused).toMatchObject({ code: 'request_handled', status: 410 });
  const rejection = { error: '', errorDescription: '', errorHint: '', errorDebug: '', statusCode: 0 };
  await expect(it.app.rejectConsentRequest({ challenge, rejection }, call)).rejects.toMatchObject({ status: 410 });
});

test('a verifier finds what was stored with it and nothing else, and bodies of a megabyte are not kept', async () => {
  const [expiresAt, now] = [Math.floor(it.clock.millis / 1000) + 600, it.clock.millis];
  const flow = (body: Buffer, verifier: number) => ({
    ...{ clientId: 'app', browser: Buffer.alloc(32, 1), verifierKey: Buffer.alloc(32, verifier), body },
  });
  const flows = createFlows(it.database);
  const small = { id: Buffer.alloc(16, 1), expiresAt };
  expect(await flows.answerLogin('accept_login', small, flow(Buffer.alloc(9), 1))).toBe(true);
  expect(flows.recall(small, Buffer.alloc(32, 1))).toMatchObject({ state: 'login_accepted', clientId: 'app' });
  expect(flows.recall(small, Buffer.alloc(32, 2))).toBeUndefined();
  expect(flows.recall(small, null)).toBeUndefined();
  const proof = { verifierKey: Buffer.alloc(32, 1), browser: Buffer.alloc(32, 1), now };
  expect(await flows.refuse('fail_login', small, proof)).toBe(true);
  expect(flows.recall(small, proof.verifierKey)).toBeUndefined();

  const large = { id: Buffer.alloc(16, 2), expiresAt };
  expect(await flows.answerLogin('accept_login', large, flow(Buffer.alloc(2 ** 20), 1))).toBe(true);
  expect(flows.recall(large, Buffer.alloc(32, 1))).toBeUndefined();
});
