// What has to be there before an operation of Hydra's SDKs can be called: challenges, tokens, keys, registrations.
import { generateKeyPairSync, randomUUID, sign } from 'node:crypto';
import type { BrowserSession } from './browser-session.js';
import { createBrowserSession, locationOf } from './browser-session.js';
import type { CreatedClient } from './clients.js';
import { basic, callback, createClient } from './clients.js';
import { authorizationUrl, freshCode, redeem } from './code-flow.js';
import type { Demo } from './demo.js';
import { adminCall, answerLogin, authorize } from './login-app.js';
import type { Caller } from './sdk.js';

export const unique = () => randomUUID();

export const publicJwk = (kid: string) => {
  const jwk = generateKeyPairSync('ec', { namedCurve: 'P-256' }).publicKey.export({ format: 'jwk' });
  return { ...jwk, kid, use: 'sig', alg: 'ES256' };
};

export const issuerToTrust = () => ({
  issuer: `https://${unique()}.test`,
  subject: 'walker',
  scope: ['openid'],
  jwk: publicJwk(unique()),
  expires_at: '2099-01-01T00:00:00Z',
});
interface Registered {
  readonly client_id: string;
  readonly registration_access_token: string;
}
export const asRegistered = ({ registration_access_token: accessToken }: Registered): Caller => ({ accessToken });

export type Given = ReturnType<typeof prepare>;

/** @param client may do everything that is asked for here */
export function prepare(demo: Demo, client: CreatedClient) {
  const credentials = (): Caller => ({ username: client.client_id, password: client.client_secret });

  /** A client of its own, for operations that change it. */
  const ownClient = async (overrides: Record<string, unknown> = {}) =>
    (await createClient(demo.admin, overrides)).client_id;

  const challengeOf = (location: string, name: string): string => {
    const challenge = new URL(location, demo.public).searchParams.get(`${name}_challenge`);
    if (challenge === null) throw new Error(`no ${name} challenge in ${location}`);
    return challenge;
  };

  async function loginChallenge(browser: BrowserSession = createBrowserSession()): Promise<string> {
    return challengeOf(await locationOf(await browser.visit(authorizationUrl(demo, client))), 'login');
  }

  async function consentChallenge(): Promise<string> {
    const browser = createBrowserSession();
    const next = await answerLogin(demo.admin, await loginChallenge(browser), { subject: 'walker' });
    return challengeOf(await locationOf(await browser.visit(next)), 'consent');
  }

  async function logoutChallenge(): Promise<string> {
    const browser = createBrowserSession();
    await authorize(demo.admin, browser, authorizationUrl(demo, client), { subject: 'walker', remember: true });
    const asked = await browser.visit(`${demo.public}/oauth2/sessions/logout`);
    return challengeOf(await locationOf(asked), 'logout');
  }

  async function deviceChallenge(): Promise<{ challenge: string; userCode: string }> {
    const answer = await fetch(`${demo.public}/oauth2/device/auth`, {
      method: 'POST',
      headers: { authorization: basic(client) },
      body: new URLSearchParams({ client_id: client.client_id, scope: 'openid' }),
    });
    const { user_code: userCode } = (await answer.json()) as { user_code: string };
    const browser = createBrowserSession();
    const location = await locationOf(await browser.visit(`${demo.public}/oauth2/device/verify`));
    return { challenge: challengeOf(location, 'device'), userCode };
  }

  async function tokens(parameters: Record<string, string> = {}, subject = 'walker') {
    const { status, body } = await redeem(demo, client, await freshCode(demo, client, parameters, { subject }));
    if (status !== 200) throw new Error(`no tokens: ${JSON.stringify(body)}`);
    return { accessToken: body.access_token ?? '', refreshToken: body.refresh_token ?? '' };
  }

  /** A key set of our own with one key. */
  async function keySet(): Promise<{ set: string; kid: string }> {
    const [set, kid] = [`walk-${unique()}`, unique()];
    await adminCall(`${demo.admin}/admin/keys/${set}`, 'POST', { alg: 'ES256', use: 'sig', kid });
    return { set, kid };
  }

  const trusted = () => {
    const url = `${demo.admin}/admin/trust/grants/jwt-bearer/issuers`;
    return adminCall<{ id: string }>(url, 'POST', issuerToTrust());
  };

  const registered = async (): Promise<Registered> => {
    const body = JSON.stringify({ redirect_uris: [callback] });
    const answer = await fetch(`${demo.public}/oauth2/register`, { method: 'POST', body });
    return (await answer.json()) as Registered;
  };
  /** A proof of possession for a credential, as its holder signs it (OpenID4VCI draft 00). */
  function proofOf(nonce: string): object {
    const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
    const jwk = { ...publicKey.export({ format: 'jwk' }), alg: 'ES256', use: 'sig' };
    const head = part({ alg: 'ES256', typ: 'openid4vci-proof+jwt', jwk });
    const input = `${head}.${part({ aud: demo.issuer, iat: Math.floor(Date.now() / 1000), nonce })}`;
    const signature = sign('sha256', Buffer.from(input), { key: privateKey, dsaEncoding: 'ieee-p1363' });
    return { proof_type: 'jwt', jwt: `${input}.${signature.toString('base64url')}` };
  }

  return {
    ...{ credentials, ownClient, loginChallenge, consentChallenge, logoutChallenge, deviceChallenge },
    ...{ tokens, keySet, trusted, registered, proofOf },
  };
}
