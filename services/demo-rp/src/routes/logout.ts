// POST /logout ends the session at the provider, with the ID token as hint, and takes the browser back (RP-Initiated Logout 1.0 §2).
import { Router, type Request, type Response } from 'express';
import * as client from 'openid-client';
import { explainParameters } from '../flow/parameters.js';
import { createRecorder } from '../flow/record.js';
import { field, textOf } from '../form-values.js';
import { goOn } from '../headers.js';
import { ownForm, type Session } from '../sessions.js';
import { textsFor } from '../texts.js';
import { addSteps, clearOutcome, fail, goHome, staleForm, type RouteContext } from './context.js';

function forgetTokens(session: Session): void {
  session.tokens = undefined;
  session.previousRefreshToken = undefined;
  session.pendingLogout = undefined;
}

export function logoutRoutes(context: RouteContext): Router {
  const { settings, sessions, provider } = context;

  function leave(request: Request, response: Response): void {
    const session = sessions.find(request);
    if (session?.tokens === undefined || session.provider === undefined) {
      goHome(response);
      return;
    }
    clearOutcome(session);
    const texts = textsFor(request);
    if (!ownForm(session, field(request.body, 'csrf'))) {
      session.problem = staleForm(texts);
      goHome(response);
      return;
    }
    const recorder = createRecorder();
    try {
      const state = client.randomState();
      const url = client.buildEndSessionUrl(provider.configuration(session.provider, recorder), {
        post_logout_redirect_uri: settings.postLogoutRedirectUri,
        state,
        ui_locales: texts.language,
        ...(session.tokens.idToken !== undefined && { id_token_hint: session.tokens.idToken }),
      });
      session.pendingLogout = state;
      addSteps(session, [
        {
          title: texts.step.logout,
          from: texts.step.browser,
          to: url.host,
          words: texts.step.logoutWords,
          at: Date.now(),
          parameters: explainParameters(texts, url.searchParams),
          request: `GET ${url.pathname}\nHost: ${url.host}`,
          curl: `# ${texts.step.logoutCurl}\ncurl -s -o /dev/null -w '%{http_code} %{redirect_url}\\n' -G ${url.origin}${url.pathname} \\\n  --data-urlencode "id_token_hint=$ID_TOKEN" \\\n  --data-urlencode post_logout_redirect_uri=${settings.postLogoutRedirectUri}`,
        },
      ]);
      goOn(response, url.href);
    } catch (error) {
      fail(texts, session, error, 'logout', recorder);
      goHome(response);
    }
  }

  function returned(request: Request, response: Response, next: () => void): void {
    const state = textOf(request.query['state']);
    const session = sessions.find(request);
    if (session === undefined || state === undefined || state !== session.pendingLogout) {
      // The address may be the start page's own; without our state it is an ordinary visit.
      next();
      return;
    }
    clearOutcome(session);
    forgetTokens(session);
    const { step, result } = textsFor(request);
    addSteps(session, [
      {
        title: step.loggedOut,
        from: step.browser,
        to: new URL(settings.postLogoutRedirectUri).host,
        words: step.loggedOutWords,
        at: Date.now(),
      },
    ]);
    session.result = { title: result.loggedOut, words: result.loggedOutWords };
    goHome(response);
  }

  function forget(request: Request, response: Response): void {
    const session = sessions.find(request);
    if (session !== undefined && ownForm(session, field(request.body, 'csrf'))) sessions.end(session);
    goOn(response, '/');
  }

  const path = new URL(settings.postLogoutRedirectUri).pathname;
  return Router()
    .post('/logout', leave)
    .post('/forget', forget)
    .get(path, returned)
    .get('/logged-out', (_request, response) => goOn(response, '/'));
}
