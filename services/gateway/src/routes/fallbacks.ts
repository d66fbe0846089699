// Pages for what is not configured, and for errors that have nowhere else to go (hydra-wire §1.10).
import type { Handler, Route } from '@cardea/http';
import { parseParameters, sendPage } from '@cardea/http';
import { rowOf } from '@cardea/oauth';
import { errorPage, textPage, textPageHeaders } from '../pages.js';

/** What an unconfigured page is for, by its path and setting. */
const unconfigured = [
  { page: 'login', setting: 'urls.login', purpose: 'people log in' },
  { page: 'consent', setting: 'urls.consent', purpose: 'people are asked for consent' },
  { page: 'logout', setting: 'urls.logout', purpose: 'people confirm that they want to log out' },
  { page: 'device', setting: 'urls.device.verification', purpose: 'people type the code that a device shows' },
];

export function fallbackRoutes(): Route[] {
  const pages = unconfigured.map(({ page, setting, purpose }) => ({
    path: `/oauth2/fallbacks/${page}`,
    get: showing(
      textPage(`${setting} is not configured`, [
        `This server does not know where ${purpose}.`,
        `Its operators have to set ${setting} to the page of their login and consent app.`,
      ]),
    ),
  }));
  const loggedOut = textPage('You are logged out', [
    'You can close this window.',
    'Operators: set urls.post_logout_redirect to send people somewhere else.',
  ]);
  const deviceDone = textPage('Your device is let in', [
    'Go on at the device; you can close this window.',
    'Operators: set urls.device.success to send people to a page of your own.',
  ]);
  return [
    ...pages,
    { path: '/oauth2/fallbacks/device/done', get: showing(deviceDone) },
    { path: '/oauth2/fallbacks/logout/callback', get: showing(loggedOut) },
    { path: '/oauth2/fallbacks/error', get: showError },
  ];
}

const showing =
  (html: string): Handler =>
  (_request, response) =>
    sendPage(response, 200, textPageHeaders, html);

const showError: Handler = (request, response) => {
  const url = request.url;
  const mark = url.indexOf('?');
  const said = new Map(leniently(mark === -1 ? '' : url.slice(mark + 1)).map(({ name, value }) => [name, value]));
  const of = (name: string) => said.get(name) ?? '';
  const html = errorPage([
    ['Error', of('error')],
    ['What happened', of('error_description')],
    ['Hint', of('error_hint')],
    ['Details', of('error_debug')],
    ['Error id', of('error_id')],
  ]);
  sendPage(response, rowOf(of('error'))?.status ?? 400, textPageHeaders, html);
};

/** Whoever is shown an error page must not be shown another error instead. */
function leniently(query: string): ReturnType<typeof parseParameters> {
  try {
    return parseParameters(query);
  } catch {
    return [];
  }
}
