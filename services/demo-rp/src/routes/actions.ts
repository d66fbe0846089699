// POST /actions/…: runs one action with the tokens of this browser's session, and goes home with its result.
import { Router, type Request, type Response } from 'express';
import { chooseToken, type Action } from '../actions/bench.js';
import { introspect, revoke, userinfo } from '../actions/inspect.js';
import { refresh, replay } from '../actions/refresh.js';
import { createRecorder } from '../flow/record.js';
import { field } from '../form-values.js';
import { ownForm } from '../sessions.js';
import { textsFor } from '../texts.js';
import { addSteps, clearOutcome, fail, goHome, staleForm, tell, type RouteContext } from './context.js';

const actions: ReadonlyMap<string, Action> = new Map([
  ['refresh', refresh],
  ['replay', replay],
  ['userinfo', userinfo],
  ['introspect', introspect],
  ['revoke', revoke],
]);

export function actionRoutes(context: RouteContext): Router {
  const { settings, sessions, provider } = context;

  async function act(request: Request, response: Response): Promise<void> {
    const session = sessions.find(request);
    const action = actions.get(String(request.params['action']));
    if (session?.tokens === undefined || session.provider === undefined || action === undefined) {
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
    const { tokens } = session;
    const chosen = chooseToken(tokens, field(request.body, 'token'));
    const configuration = provider.configuration(session.provider, recorder);
    try {
      const outcome = await action.run({
        texts,
        session,
        tokens,
        chosen,
        configuration,
        recorder,
        adminUrl: settings.adminUrl,
      });
      if ('todo' in outcome) session.problem = outcome;
      else session.result = outcome;
    } catch (error) {
      fail(texts, session, error, action.doing, recorder);
    } finally {
      addSteps(session, tell(texts, recorder, action.telling(texts, chosen)));
    }
    goHome(response);
  }

  return Router().post('/actions/:action', act);
}
