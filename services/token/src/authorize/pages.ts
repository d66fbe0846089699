// Where browsers are sent for what is not ours: the login, consent and logout pages, or our own fallbacks (urls.*).

/** Absolute URLs of the pages of an installation. */
export interface Pages {
  readonly login: string;
  readonly registration: string;
  readonly consent: string;
  readonly logout: string;
  readonly afterLogout: string;
}

/** The same URL with one more parameter, or with another value of it; the rest stays as it is. */
export function withParameter(url: string, name: string, value: string): string {
  const [beforeFragment = '', ...fragment] = url.split('#');
  const [path = '', ...query] = beforeFragment.split('?');
  const kept = query
    .join('?')
    .split('&')
    .filter((part) => part !== '' && part.split('=', 1)[0] !== name);
  const all = [...kept, `${name}=${encodeURIComponent(value)}`].join('&');
  return `${path}?${all}${fragment.length > 0 ? `#${fragment.join('#')}` : ''}`;
}
