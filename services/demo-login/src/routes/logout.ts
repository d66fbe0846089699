// GET and POST /logout: asks before ending the session of a browser (OpenID Connect RP-Initiated Logout §2; Hydra's wire, §2.5).
import { Router, type Request, type Response } from 'express';
import { accountOf } from '../account.js';
import type { LogoutRequest } from '../admin-client.js';
import { clientView, localesOf, wayBackFromLogout } from '../client-view.js';
import { field } from '../form-values.js';
import { sendPage } from '../headers.js';
import { logoutPage, stayedPage } from '../pages/logout.js';
import { textsFor, type Texts } from '../texts.js';
import { challengeOf, goOn, valueOr, type RouteContext } from './context.js';

export function logoutRoutes(context: RouteContext): Router {
  const { admin, csrf } = context;

  async function accept(response: Response, challenge: string): Promise<void> {
    const outcome = await admin.answer('logout', challenge, 'accept', {});
    const answered = valueOr(context, 'logout', challenge, response, outcome);
    if (answered?.value !== undefined) goOn(response, answered.value);
  }

  async function stay(texts: Texts, response: Response, challenge: string, asked: LogoutRequest): Promise<void> {
    const outcome = await admin.answer('logout', challenge, 'reject', {});
    if (valueOr(context, 'logout', challenge, response, outcome) === undefined) return;
    const address = wayBackFromLogout(asked.request_url, asked.client) ?? context.homeUrl;
    const name = asked.client === null ? texts.client.application : clientView(asked.client).name;
    sendPage(response, 200, stayedPage(texts, address === undefined ? undefined : { address, name }));
  }

  function ask(
    texts: Texts,
    request: Request,
    response: Response,
    challenge: string,
    asked: LogoutRequest,
    notice?: string,
  ): void {
    const client = asked.client === null ? undefined : clientView(asked.client);
    const account = asked.subject === '' ? undefined : accountOf(asked.subject);
    const shown = logoutPage(texts, { client, account, challenge, csrf: csrf.token(request, response), notice });
    sendPage(response, notice === undefined ? 200 : 403, shown, { form: true, pictureOrigin: client?.logo?.origin });
  }

  /** The request behind the challenge; undefined once the browser has been answered otherwise. */
  async function load(request: Request, response: Response): Promise<readonly [string, LogoutRequest] | undefined> {
    const challenge = challengeOf(context, 'logout', request, response);
    if (challenge === undefined) return undefined;
    const asked = valueOr(context, 'logout', challenge, response, await admin.get('logout', challenge));
    return asked === undefined ? undefined : [challenge, asked.value];
  }

  return Router()
    .get('/logout', async (request, response) => {
      const loaded = await load(request, response);
      if (loaded === undefined) return;
      const [challenge, asked] = loaded;
      if (asked.rp_initiated && asked.client?.skip_logout_consent === true) await accept(response, challenge);
      else ask(textsFor(request, localesOf(asked.request_url)), request, response, challenge, asked);
    })
    .post('/logout', async (request, response) => {
      const loaded = await load(request, response);
      if (loaded === undefined) return;
      const [challenge, asked] = loaded;
      const texts = textsFor(request, localesOf(asked.request_url));
      if (!csrf.accepts(request)) ask(texts, request, response, challenge, asked, texts.staleForm);
      else if (field(request.body, 'decision') === 'accept') await accept(response, challenge);
      else await stay(texts, response, challenge, asked);
    });
}
