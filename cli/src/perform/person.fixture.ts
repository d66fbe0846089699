// A person with a browser, as far as a flow needs one: follows redirects, keeps cookies, and says yes through the admin API.
export interface Visit {
  readonly url: string;
  readonly status: number;
  readonly text: string;
}

export interface Browser {
  /** Goes there and on, as long as somebody sends it on. */
  go(url: string, init?: RequestInit): Promise<Visit>;
}

const requests = '/admin/oauth2/auth/requests';

/** @param issuer whose cookies are kept @param admin answers what the login app is asked, at addresses of port 9 */
export function openBrowserFor(issuer: string, admin: string): Browser {
  const cookies = new Map<string, string>();

  async function once(url: string, init: RequestInit): Promise<Response> {
    const cookie = [...cookies].map(([name, value]) => `${name}=${value}`).join('; ');
    const headers = new Headers(init.headers);
    headers.set('cookie', cookie);
    const response = await fetch(url, { ...init, headers, redirect: 'manual' });
    if (!url.startsWith(issuer)) return response;
    for (const line of response.headers.getSetCookie()) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(line) ?? [];
      cookies.set(name, value);
    }
    return response;
  }

  async function accept(kind: string, challenge: string, body: object): Promise<string> {
    const query = new URLSearchParams({ [`${kind}_challenge`]: challenge }).toString();
    const response = await fetch(`${admin}${requests}/${kind}/accept?${query}`, {
      method: 'PUT',
      body: JSON.stringify(body),
    });
    const said = (await response.json()) as { redirect_to?: string };
    if (said.redirect_to === undefined) throw new Error(`${kind}: ${JSON.stringify(said)}`);
    return said.redirect_to;
  }

  /** Where the login app would send the browser; undefined for addresses that are not its. */
  async function answered(url: URL): Promise<string | undefined> {
    if (url.port !== '9') return undefined;
    const of = (name: string) => url.searchParams.get(name) ?? undefined;
    const [login, consent, device] = [of('login_challenge'), of('consent_challenge'), of('device_challenge')];
    if (login !== undefined) return accept('login', login, { subject: 'alice' });
    if (consent !== undefined) {
      const asked = await fetch(`${admin}${requests}/consent?consent_challenge=${encodeURIComponent(consent)}`);
      const { requested_scope: scope } = (await asked.json()) as { requested_scope: readonly string[] };
      return accept('consent', consent, { grant_scope: scope });
    }
    if (device !== undefined) return accept('device', device, { user_code: of('user_code') });
    return undefined;
  }

  return {
    async go(start, init = {}) {
      let [url, how] = [start, init];
      for (let hops = 0; hops < 20; hops++) {
        const next = await answered(new URL(url));
        if (next !== undefined) {
          [url, how] = [next, {}];
          continue;
        }
        if (new URL(url).port === '9') return { url, status: 0, text: '' };
        const response = await once(url, how);
        const location = response.headers.get('location');
        if (location === null) return { url, status: response.status, text: await response.text() };
        [url, how] = [new URL(location, url).href, {}];
      }
      throw new Error('sent in circles');
    },
  };
}
