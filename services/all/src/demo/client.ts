// The demo's OAuth client, created or brought up to date through the admin API as an operator would.

/** What a relying party must know about itself. */
export interface DemoClient {
  readonly client_id: string;
  readonly client_secret: string;
  readonly redirect_uri: string;
}

export const clientId = 'cardea-demo';

/** @param rpUrl where the demo relying party is @throws when the admin API refuses */
export async function registerClient(adminUrl: string, rpUrl: string, secret: string): Promise<DemoClient> {
  const redirectUri = `${rpUrl}/callback`;
  const body = JSON.stringify({
    client_id: clientId,
    client_secret: secret,
    client_name: 'Demo relying party',
    client_uri: rpUrl,
    grant_types: ['authorization_code', 'refresh_token', 'client_credentials'],
    response_types: ['code'],
    redirect_uris: [redirectUri],
    post_logout_redirect_uris: [`${rpUrl}/logged-out`, `${rpUrl}/`],
    scope: 'openid offline offline_access profile email photos photos.read photos.write',
    token_endpoint_auth_method: 'client_secret_basic',
  });
  const headers = { 'content-type': 'application/json' };
  const replaced = await fetch(`${adminUrl}/admin/clients/${clientId}`, { method: 'PUT', headers, body });
  await refused(replaced, 404);
  if (replaced.status === 404) {
    await refused(await fetch(`${adminUrl}/admin/clients`, { method: 'POST', headers, body }));
  }
  return { client_id: clientId, client_secret: secret, redirect_uri: redirectUri };
}

async function refused(response: Response, expected?: number): Promise<void> {
  const text = await response.text();
  if (response.ok || response.status === expected) return;
  throw new Error(`the demo client cannot be registered: ${String(response.status)} ${text}`);
}
