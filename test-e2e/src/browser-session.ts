// The least of a browser: follows no redirect by itself and keeps cookies by name, so that a test sees every hop.

/** A cookie jar with a fetch. */
export interface BrowserSession {
  /** Requests a URL with the jar's cookies, stores what comes back, and follows nothing. */
  visit(url: string, init?: RequestInit): Promise<Response>;
  readonly cookies: Map<string, string>;
}

export function createBrowserSession(): BrowserSession {
  const cookies = new Map<string, string>();
  return {
    cookies,
    async visit(url, init = {}) {
      const headers = new Headers(init.headers);
      if (cookies.size > 0) headers.set('cookie', [...cookies].map(([name, value]) => `${name}=${value}`).join('; '));
      const response = await fetch(url, { ...init, headers, redirect: 'manual' });
      for (const line of response.headers.getSetCookie()) {
        const [pair = '', ...attributes] = line.split(';');
        const at = pair.indexOf('=');
        const cleared = attributes.some((attribute) => /^\s*max-age=(0|-\d+)$/i.test(attribute));
        if (cleared) cookies.delete(pair.slice(0, at));
        else cookies.set(pair.slice(0, at), pair.slice(at + 1));
      }
      return response;
    },
  };
}

/** The Location of a redirect; fails the test with the answer's text when there is none. */
export async function locationOf(response: Response): Promise<string> {
  const location = response.headers.get('location');
  if (location === null)
    throw new Error(`no redirect but ${String(response.status)}: ${(await response.text()).slice(0, 500)}`);
  return location;
}
