// Turns what a client says about itself into what a page may show of it: names as text, addresses only when they are web addresses.
import type { ClientOnWire } from './admin-client.js';
import { originForPolicy } from './headers.js';
import { webAddress } from './html.js';

/** An application as the person at the browser sees it. */
export interface ClientView {
  readonly name: string;
  /** Stands in for a logo. */
  readonly initial: string;
  readonly home: string | undefined;
  readonly logo: { readonly address: string; readonly origin: string } | undefined;
  readonly links: readonly { readonly label: string; readonly address: string }[];
}

export function clientView(client: ClientOnWire): ClientView {
  // Line breaks and direction marks could make one name look like another sentence of the page.
  const given = (client.client_name ?? '').replace(/[\p{Cc}\p{Cf}]/gu, ' ').trim();
  const name = given === '' ? client.client_id : given;
  const logoAddress = webAddress(client.logo_uri);
  const origin = originForPolicy(logoAddress);
  const links = [
    { label: 'Privacy policy', address: webAddress(client.policy_uri) },
    { label: 'Terms of service', address: webAddress(client.tos_uri) },
  ];
  return {
    name: name.length > 80 ? `${name.slice(0, 79)}…` : name,
    initial: (/^./su.exec(name)?.[0] ?? '?').toUpperCase(),
    home: webAddress(client.client_uri),
    logo: logoAddress === undefined || origin === undefined ? undefined : { address: logoAddress, origin },
    links: links.flatMap(({ label, address }) => (address === undefined ? [] : [{ label, address }])),
  };
}

/**
 * Where "stay logged in" leads: to the application, but never to its logged-out page, which would tell it otherwise.
 *
 * The start page of the site that the application's logout address is on, if that is one of its registered ones.
 */
export function wayBackFromLogout(requestUrl: string, client: ClientOnWire | null): string | undefined {
  const home = webAddress(client?.client_uri);
  if (home !== undefined) return home;
  const wanted = URL.canParse(requestUrl, 'http://provider.invalid')
    ? new URL(requestUrl, 'http://provider.invalid').searchParams.get('post_logout_redirect_uri')
    : null;
  if (wanted === null || client?.post_logout_redirect_uris?.includes(wanted) !== true) return undefined;
  const address = webAddress(wanted);
  return address === undefined ? undefined : new URL('/', address).href;
}
