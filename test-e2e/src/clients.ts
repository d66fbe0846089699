// Creates OAuth clients for tests through the admin API.
import { adminCall } from './login-app.js';

/** The members tests look at. */
export interface CreatedClient {
  client_id: string;
  client_secret: string;
  redirect_uris: string[];
}

/** Where no relying party listens: tests read the redirect instead. */
export const callback = 'http://127.0.0.1:9/callback';

/** Creates a confidential client for the code flow; `overrides` replace members. */
export function createClient(admin: string, overrides: Record<string, unknown> = {}): Promise<CreatedClient> {
  return adminCall<CreatedClient>(`${admin}/admin/clients`, 'POST', {
    client_name: 'test client',
    redirect_uris: [callback],
    grant_types: ['authorization_code', 'refresh_token', 'client_credentials'],
    response_types: ['code'],
    scope: 'openid offline offline_access profile photos.read',
    ...overrides,
  });
}

/** HTTP Basic credentials of a client whose id and secret need no escaping. */
export const basic = (who: { readonly client_id: string; readonly client_secret: string }): string =>
  `Basic ${btoa(`${who.client_id}:${who.client_secret}`)}`;

/** An access token by client_credentials. */
export async function issueToken(
  publicUrl: string,
  who: CreatedClient,
  parameters: Record<string, string> = {},
): Promise<string> {
  const response = await fetch(`${publicUrl}/oauth2/token`, {
    method: 'POST',
    headers: { authorization: basic(who) },
    body: new URLSearchParams({ grant_type: 'client_credentials', ...parameters }),
  });
  const text = await response.text();
  if (!response.ok) throw new Error(`no token: ${String(response.status)} ${text}`);
  return (JSON.parse(text) as { access_token: string }).access_token;
}
