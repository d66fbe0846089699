// Pages for what is not configured, and for errors that have nowhere else to go (hydra-wire §1.10).
import type { Handler, Request, Route } from '@cardea/http';
import { parseParameters, sendPage, sheetHeaders } from '@cardea/http';
import { rowOf } from '@cardea/oauth';
import { errorPage } from '../pages/error-page.js';
import { messagePage, type Message } from '../pages/message.js';
import { textsFor, type Texts } from '../texts.js';

/** What an unconfigured page is for, by its path and setting. */
const unconfigured = [
  ['login', 'urls.login'],
  ['consent', 'urls.consent'],
  ['logout', 'urls.logout'],
  ['device', 'urls.device.verification'],
] as const;

export function fallbackRoutes(): Route[] {
  const pages = unconfigured.map(([page, setting]) => ({
    path: `/oauth2/fallbacks/${page}`,
    get: showing(({ fallback }) => ({ ...fallback[page], operators: fallback.setting(setting) })),
  }));
  return [
    ...pages,
    { path: '/oauth2/fallbacks/device/done', get: showing(({ deviceDone }) => deviceDone) },
    { path: '/oauth2/fallbacks/logout/callback', get: showing(({ loggedOut }) => loggedOut) },
    { path: '/oauth2/fallbacks/error', get: showError },
  ];
}

const showing =
  (message: (texts: Texts) => Message): Handler =>
  (request, response) => {
    const texts = textsFor(request);
    sendPage(response, 200, sheetHeaders, messagePage(texts, message(texts)));
  };

const showError: Handler = (request, response) => {
  const said = new Map(leniently(request).map(({ name, value }) => [name, value]));
  const of = (name: string) => said.get(name) ?? '';
  const page = errorPage(textsFor(request), {
    code: of('error'),
    description: of('error_description'),
    hint: of('error_hint'),
    debug: of('error_debug'),
    id: of('error_id'),
  });
  sendPage(response, rowOf(of('error'))?.status ?? 400, sheetHeaders, page);
};

/** Whoever is shown an error page must not be shown another error instead. */
function leniently({ url }: Request): ReturnType<typeof parseParameters> {
  const mark = url.indexOf('?');
  try {
    return parseParameters(mark === -1 ? '' : url.slice(mark + 1));
  } catch {
    return [];
  }
}
