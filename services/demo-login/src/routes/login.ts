// GET and POST /login: asks who is there, unless the provider already knows, and tells the provider (Hydra's wire, §2.3).
import { Router, type Request, type Response } from 'express';
import { accountOf, demoAccount, subjectOf } from '../account.js';
import type { LoginRequest } from '../admin-client.js';
import { clientView } from '../client-view.js';
import { field, textOf } from '../form-values.js';
import { sendPage } from '../headers.js';
import { loginPage, type LoginView } from '../pages/login.js';
import { textsFor, type Texts } from '../texts.js';
import { challengeOf, goOn, valueOr, type RouteContext } from './context.js';

const rememberForSeconds = 3600;

/** How the person proved who they are: with a password (RFC 8176), one that anybody could guess, so the class is 0. */
const proof = { amr: ['pwd'], acr: '0' };

const denial = {
  error: 'access_denied',
  error_description: 'The person at the browser did not want to log in.',
  status_code: 403,
};

export function loginRoutes(context: RouteContext): Router {
  const { admin, csrf } = context;

  async function answer(
    response: Response,
    challenge: string,
    verdict: 'accept' | 'reject',
    body: object,
  ): Promise<void> {
    const outcome = await admin.answer('login', challenge, verdict, { ...body });
    const answered = valueOr(context, 'login', challenge, response, outcome);
    if (answered?.value !== undefined) goOn(response, answered.value);
  }

  /** Shows the form, or passes a person through whom the provider remembers. */
  async function ask(
    request: Request,
    response: Response,
    status: number,
    challenge: string,
    say: (texts: Texts) => Partial<LoginView> = () => ({}),
  ): Promise<void> {
    const asked = valueOr(context, 'login', challenge, response, await admin.get('login', challenge));
    if (asked === undefined) return;
    const { skip, subject, client } = asked.value;
    if (skip) {
      await answer(response, challenge, 'accept', { subject, ...proof });
      return;
    }
    const texts = textsFor(request, asked.value.oidc_context?.ui_locales);
    const view = clientView(client);
    const shown = {
      client: view,
      challenge,
      csrf: csrf.token(request, response),
      username: expectedUser(asked.value),
      remember: false,
      errors: [],
    };
    const said = { ...shown, ...say(texts) };
    sendPage(response, status, loginPage(texts, said), { form: true, pictureOrigin: view.logo?.origin });
  }

  async function decide(request: Request, response: Response): Promise<void> {
    const challenge = challengeOf(context, 'login', request, response);
    if (challenge === undefined) return;
    const typed = textOf(field(request.body, 'username')) ?? '';
    const remember = field(request.body, 'remember') === '1';
    if (!csrf.accepts(request)) {
      await ask(request, response, 403, challenge, ({ staleForm }) => ({
        username: typed,
        remember,
        notice: staleForm,
      }));
      return;
    }
    const decision = field(request.body, 'decision');
    if (decision === 'reject') {
      await answer(response, challenge, 'reject', denial);
      return;
    }
    const demo = decision === 'demo';
    const subject = demo ? demoAccount.subject : subjectOf(typed);
    const password = textOf(field(request.body, 'password'));
    if (subject === undefined || (password === undefined && !demo)) {
      await ask(request, response, 422, challenge, ({ login }) => ({
        username: typed,
        remember,
        errors: [
          ...(subject === undefined ? [{ field: 'username', words: login.usernameError }] : []),
          ...(password === undefined ? [{ field: 'password', words: login.passwordError }] : []),
        ],
      }));
      return;
    }
    const context_ = { name: accountOf(subject).name };
    const body = { subject, remember, remember_for: rememberForSeconds, context: context_, ...proof };
    await answer(response, challenge, 'accept', body);
  }

  return Router()
    .get('/login', async (request, response) => {
      const challenge = challengeOf(context, 'login', request, response);
      if (challenge !== undefined) await ask(request, response, 200, challenge);
    })
    .post('/login', decide);
}

/** Whom the application expects: its hint, else the person its ID token hint names. */
function expectedUser(request: LoginRequest): string {
  return request.oidc_context?.login_hint ?? request.oidc_context?.id_token_hint_claims?.sub ?? '';
}
