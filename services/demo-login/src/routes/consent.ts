// GET and POST /consent: shows what an application asks for and passes on what was granted (Hydra's wire, §2.4).
import { Router, type Request, type Response } from 'express';
import { accountOf, claimsFor } from '../account.js';
import type { ConsentRequest } from '../admin-client.js';
import { clientView, destinationOf } from '../client-view.js';
import { field, listOf } from '../form-values.js';
import { sendPage } from '../headers.js';
import { consentPage, switchAccountAddress } from '../pages/consent.js';
import { grantedScopes, scopeViews } from '../scopes.js';
import { textsFor } from '../texts.js';
import { challengeOf, goOn, valueOr, type RouteContext } from './context.js';

const denial = {
  error: 'access_denied',
  error_description: 'The person at the browser did not agree.',
  status_code: 403,
};

/** The acceptance for these scopes, with the claims that they open. */
function acceptance(request: ConsentRequest, scopes: readonly string[], remember: boolean): Record<string, unknown> {
  return {
    grant_scope: scopes,
    grant_access_token_audience: request.requested_access_token_audience ?? [],
    remember,
    remember_for: 0,
    session: { id_token: claimsFor(accountOf(request.subject), scopes), access_token: {} },
  };
}

export function consentRoutes(context: RouteContext): Router {
  const { admin, csrf } = context;

  async function answer(
    response: Response,
    challenge: string,
    verdict: 'accept' | 'reject',
    body: Record<string, unknown>,
  ): Promise<void> {
    const outcome = await admin.answer('consent', challenge, verdict, body);
    const answered = valueOr(context, 'consent', challenge, response, outcome);
    if (answered?.value !== undefined) goOn(response, answered.value);
  }

  function ask(request: Request, response: Response, challenge: string, asked: ConsentRequest, stale = false): void {
    const texts = textsFor(request, asked.oidc_context?.ui_locales);
    const client = clientView(asked.client);
    const account = accountOf(asked.subject);
    const shown = consentPage(texts, {
      client,
      account,
      challenge,
      csrf: csrf.token(request, response),
      scopes: scopeViews(texts, asked.requested_scope ?? [], account),
      audience: asked.requested_access_token_audience ?? [],
      destination: destinationOf(asked.request_url, asked.client),
      switchAccount: switchAccountAddress(asked.request_url),
      notice: stale ? texts.staleForm : undefined,
    });
    sendPage(response, stale ? 403 : 200, shown, { form: true, pictureOrigin: client.logo?.origin });
  }

  /** The request behind the challenge; undefined once the browser has been answered otherwise. */
  async function load(request: Request, response: Response): Promise<readonly [string, ConsentRequest] | undefined> {
    const challenge = challengeOf(context, 'consent', request, response);
    if (challenge === undefined) return undefined;
    const asked = valueOr(context, 'consent', challenge, response, await admin.get('consent', challenge));
    return asked === undefined ? undefined : [challenge, asked.value];
  }

  return Router()
    .get('/consent', async (request, response) => {
      const loaded = await load(request, response);
      if (loaded === undefined) return;
      const [challenge, asked] = loaded;
      if (asked.skip || asked.client.skip_consent === true) {
        await answer(response, challenge, 'accept', acceptance(asked, asked.requested_scope ?? [], false));
      } else ask(request, response, challenge, asked);
    })
    .post('/consent', async (request, response) => {
      const loaded = await load(request, response);
      if (loaded === undefined) return;
      const [challenge, asked] = loaded;
      if (!csrf.accepts(request)) ask(request, response, challenge, asked, true);
      // Only the Allow button allows: a form that came some other way without a decision grants nothing.
      else if (field(request.body, 'decision') !== 'accept') await answer(response, challenge, 'reject', denial);
      else {
        const scopes = grantedScopes(asked.requested_scope ?? [], listOf(field(request.body, 'grant_scope')));
        await answer(response, challenge, 'accept', acceptance(asked, scopes, field(request.body, 'remember') === '1'));
      }
    });
}
