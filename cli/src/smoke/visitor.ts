// A person and a login app in one, for a smoke test: follows redirects with cookies as a browser does, and answers what the server
// asks of the app at once (RFC 6265 in the little that one visit needs; hydra-wire §3).
import type { Api, Json } from '../api/client.js';
import { saidBy } from '../api/client.js';
import type { Answer } from '../api/request.js';
import { Failure } from '../failure.js';

const mostRedirects = 10;

/** How the app answers. */
export interface Visit {
  readonly subject: string;
  readonly scope: readonly string[];
}

/**
 * Goes from an authorization request to the client's redirect URI.
 *
 * @param start as a relying party sends a browser to it; asked at `open`, wherever the issuer's name leads
 * @returns the address the browser would be at in the end
 */
export async function visit(open: Api, admin: Api, start: string, redirectUri: string, how: Visit): Promise<URL> {
  const cookies = new Map<string, string>();
  let at = start;
  for (let hop = 0; hop < mostRedirects; hop++) {
    const answer = await open.raw('GET', new URL(at).pathname, { query: queryOf(at), headers: cookieHeader(cookies) });
    keepCookies(cookies, answer);
    const next = new URL(destination(answer), at);
    if (next.href.startsWith(redirectUri)) return next;
    at = (await answerFor(admin, next, how)) ?? next.href;
  }
  throw new Failure(`no end after ${String(mostRedirects)} redirects`);
}

function destination(answer: Answer): string {
  if (answer.status >= 300 && answer.status < 400 && answer.headers.location !== undefined)
    return answer.headers.location;
  throw new Failure(`a browser would be stuck on a page of status ${String(answer.status)}: ${saidBy(answer)}`);
}

/** What the login app does when a browser comes along; undefined where it is not meant. */
async function answerFor(admin: Api, address: URL, { subject, scope }: Visit): Promise<string | undefined> {
  const challenges = { login: { subject }, consent: { grant_scope: scope } };
  for (const [kind, json] of Object.entries(challenges)) {
    const challenge = address.searchParams.get(`${kind}_challenge`);
    if (challenge === null) continue;
    const query = { [`${kind}_challenge`]: challenge };
    await admin.call('GET', `/admin/oauth2/auth/requests/${kind}`, { query });
    const accepted = await admin.call('PUT', `/admin/oauth2/auth/requests/${kind}/accept`, { query, json });
    return String((accepted as Json)['redirect_to']);
  }
  return undefined;
}

const queryOf = (address: string) => Object.fromEntries(new URL(address).searchParams);

const cookieHeader = (cookies: ReadonlyMap<string, string>) => ({
  cookie: [...cookies].map(([name, value]) => `${name}=${value}`).join('; '),
});

function keepCookies(cookies: Map<string, string>, { headers }: Answer): void {
  for (const line of headers['set-cookie'] ?? []) {
    const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(line) ?? [];
    if (value === '') cookies.delete(name);
    else cookies.set(name, value);
  }
}
