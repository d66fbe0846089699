// Somebody with a browser, who is no pod: goes from a relying party through the edge to the login app and back, and the relying party
// redeems the code with its PKCE verifier (RFC 7636 §4).
import { createHash, randomBytes } from 'node:crypto';
import { createServer } from 'node:http';
import { basic } from '../clients.js';
import type { CreatedClient } from '../clients.js';
import type { Addresses } from '../compose-login.js';
import type { FoundChromium } from '../launch-chromium.js';
import { launchChromium } from '../launch-chromium.js';
import { nodeAddress } from './plan.js';

const port = 5555;
const redirectUri = `http://${nodeAddress}:${String(port)}/callback`;
const clickMillis = 60_000;

/** @returns the claims of the ID token @throws where the way does not end with one */
export async function logInByBrowser(
  found: FoundChromium,
  { issuer, admin, operatorKey }: Addresses,
): Promise<Readonly<Record<string, unknown>>> {
  const created = await fetch(`${admin}/admin/clients`, {
    method: 'POST',
    headers: { authorization: `Bearer ${operatorKey}`, 'content-type': 'application/json' },
    body: JSON.stringify({
      ...{ redirect_uris: [redirectUri], grant_types: ['authorization_code'] },
      ...{ response_types: ['code'], scope: 'openid' },
    }),
  });
  if (created.status !== 201) throw new Error(`no client: ${String(created.status)} ${await created.text()}`);
  const client = (await created.json()) as CreatedClient;
  const verifier = randomBytes(32).toString('base64url');
  const state = randomBytes(16).toString('base64url');
  const query = new URLSearchParams({
    ...{ client_id: client.client_id, response_type: 'code', redirect_uri: redirectUri, scope: 'openid', state },
    ...{ code_challenge: createHash('sha256').update(verifier).digest('base64url'), code_challenge_method: 'S256' },
  });
  const back = await visit(found, `${issuer}/oauth2/auth?${query.toString()}`);
  if (back.searchParams.get('state') !== state) throw new Error(`came back with ${back.search}`);
  const answer = await fetch(`${issuer}/oauth2/token`, {
    method: 'POST',
    headers: { authorization: basic(client) },
    body: new URLSearchParams({
      ...{ grant_type: 'authorization_code', redirect_uri: redirectUri, code_verifier: verifier },
      code: back.searchParams.get('code') ?? '',
    }),
  });
  if (answer.status !== 200) throw new Error(`the code is worth ${String(answer.status)} ${await answer.text()}`);
  const { id_token: idToken = '' } = (await answer.json()) as { readonly id_token?: string };
  return JSON.parse(Buffer.from(idToken.split('.')[1] ?? '', 'base64url').toString()) as Record<string, unknown>;
}

/** Through all pages, as ada, who agrees. @returns the relying party's address in the end */
async function visit(found: FoundChromium, start: string): Promise<URL> {
  const relyingParty = createServer((_, response) => response.end('<title>back</title><p id="back">Welcome back'));
  await new Promise<void>((resolve) => relyingParty.listen(port, nodeAddress, resolve));
  const browser = await launchChromium(found);
  try {
    const page = await browser.newPage();
    page.setDefaultTimeout(clickMillis);
    await page.goto(start);
    await page.fill('#username', 'ada');
    await page.fill('#password', 'any password');
    await page.click('#log-in');
    await page.waitForSelector('#consent-form');
    await page.click('#allow');
    await page.waitForSelector('#back');
    return new URL(page.url());
  } finally {
    await browser.close();
    relyingParty.closeAllConnections();
    relyingParty.close();
  }
}
