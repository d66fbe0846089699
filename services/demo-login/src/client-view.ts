// Turns what a client says about itself into what a page may show of it: names as text, addresses only when they are web addresses.
import { webAddress } from '@cardea/pages';
import type { ClientOnWire } from './admin-client.js';
import { originForPolicy } from './headers.js';

/** An application as the person at the browser sees it. */
export interface ClientView {
  readonly name: string;
  /** Stands in for a logo. */
  readonly initial: string;
  readonly home: string | undefined;
  readonly logo: { readonly address: string; readonly origin: string } | undefined;
  readonly links: readonly { readonly about: 'privacy' | 'terms'; readonly address: string }[];
}

export function clientView(client: ClientOnWire): ClientView {
  // Line breaks and direction marks could make one name look like another sentence of the page.
  const given = (client.client_name ?? '').replace(/[\p{Cc}\p{Cf}]/gu, ' ').trim();
  const name = given === '' ? client.client_id : given;
  const logoAddress = webAddress(client.logo_uri);
  const origin = originForPolicy(logoAddress);
  const links = [
    { about: 'privacy', address: webAddress(client.policy_uri) },
    { about: 'terms', address: webAddress(client.tos_uri) },
  ] as const;
  return {
    name: name.length > 80 ? `${name.slice(0, 79)}…` : name,
    initial: (/^./su.exec(name)?.[0] ?? '?').toUpperCase(),
    home: webAddress(client.client_uri),
    logo: logoAddress === undefined || origin === undefined ? undefined : { address: logoAddress, origin },
    links: links.flatMap(({ about, address }) => (address === undefined ? [] : [{ about, address }])),
  };
}

/** The parameter of a request that the provider has kept, whether its address is whole or a path. */
function parameterOf(requestUrl: string, name: string): string | null {
  const base = 'http://provider.invalid';
  return URL.canParse(requestUrl, base) ? new URL(requestUrl, base).searchParams.get(name) : null;
}

/** The languages that a request asks for, as `ui_locales` has them. */
export const localesOf = (requestUrl: string): string | null => parameterOf(requestUrl, 'ui_locales');

/**
 * The host that the browser goes on to after consent, if the request names one of the client's registered addresses; an
 * app's own scheme has none.
 */
export function destinationOf(requestUrl: string, client: ClientOnWire): string | undefined {
  const wanted = parameterOf(requestUrl, 'redirect_uri');
  if (wanted === null || client.redirect_uris?.includes(wanted) !== true) return undefined;
  const address = webAddress(wanted);
  return address === undefined ? undefined : new URL(address).host;
}

/**
 * Where "stay logged in" leads: to the application, but never to its logged-out page, which would tell it otherwise.
 *
 * The start page of the site that the application's logout address is on, if that is one of its registered ones.
 */
export function wayBackFromLogout(requestUrl: string, client: ClientOnWire | null): string | undefined {
  const home = webAddress(client?.client_uri);
  if (home !== undefined) return home;
  const wanted = parameterOf(requestUrl, 'post_logout_redirect_uri');
  if (wanted === null || client?.post_logout_redirect_uris?.includes(wanted) !== true) return undefined;
  const address = webAddress(wanted);
  return address === undefined ? undefined : new URL('/', address).href;
}
