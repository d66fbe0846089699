// GET /login sends the browser to the provider, and the callback trades its code for tokens (OpenID Connect Core §3.1, RFC 7636).
import { Router, type Request, type Response } from 'express';
import * as client from 'openid-client';
import { meanwhile } from '../flow/meanwhile.js';
import { maskAddress } from '../flow/mask.js';
import { explainParameters } from '../flow/parameters.js';
import { createRecorder, type Telling } from '../flow/record.js';
import type { Step } from '../flow/step.js';
import { textOf } from '../form-values.js';
import { goOn } from '../headers.js';
import type { PendingLogin, Session } from '../sessions.js';
import { textsFor, type Texts } from '../texts.js';
import { addSteps, clearOutcome, fail, goHome, tell, type RouteContext } from './context.js';

const fullScope = 'openid profile email offline_access';
const prompts = new Set(['login', 'none', 'consent']);
const mostPending = 10;

const discovery = ({ step }: Texts): Telling => ({ title: step.discovery, words: step.discoveryWords });
const tokenRequest = ({ step }: Texts): Telling => ({ title: step.token, words: step.tokenWords });

/** What may be asked of the start: only what the start page offers. */
function loginVariant(query: Readonly<Record<string, unknown>>): {
  prompt?: string;
  scope: string;
  maxAge?: number;
} {
  const prompt = textOf(query['prompt']);
  return {
    scope: query['offline'] === 'no' ? fullScope.replace(' offline_access', '') : fullScope,
    ...(prompt !== undefined && prompts.has(prompt) && { prompt }),
    ...(query['max_age'] === '60' && { maxAge: 60 }),
  };
}

export function loginRoutes(context: RouteContext): Router {
  const { settings, sessions, provider } = context;

  async function start(request: Request, response: Response): Promise<void> {
    const session = sessions.open(request, response);
    clearOutcome(session);
    const texts = textsFor(request);
    const recorder = createRecorder();
    try {
      const metadata = await provider.discover(recorder);
      const pending = await prepare(texts, request, metadata, tell(texts, recorder, discovery(texts)));
      session.pending = [...session.pending, pending.login].slice(-mostPending);
      goOn(response, pending.address);
    } catch (error) {
      session.steps = tell(texts, recorder, discovery(texts));
      fail(texts, session, error, 'start', recorder);
      goHome(response);
    }
  }

  async function prepare(
    texts: Texts,
    request: Request,
    metadata: client.ServerMetadata,
    before: readonly Step[],
  ): Promise<{ login: PendingLogin; address: string }> {
    const { prompt, scope, maxAge } = loginVariant(request.query);
    const verifier = client.randomPKCECodeVerifier();
    const [state, nonce] = [client.randomState(), client.randomNonce()];
    const url = client.buildAuthorizationUrl(provider.configuration(metadata, createRecorder()), {
      redirect_uri: settings.redirectUri,
      scope,
      state,
      nonce,
      code_challenge: await client.calculatePKCECodeChallenge(verifier),
      code_challenge_method: 'S256',
      ui_locales: texts.language,
      ...(prompt !== undefined && { prompt }),
      ...(maxAge !== undefined && { max_age: String(maxAge) }),
    });
    const step: Step = {
      title: texts.step.request,
      from: texts.step.browser,
      to: url.host,
      words: texts.step.requestWords,
      at: Date.now(),
      parameters: explainParameters(texts, url.searchParams),
      request: `GET ${url.pathname}\nHost: ${url.host}`,
      curl: `# ${texts.step.requestCurl}\ncurl -s -o /dev/null -w '%{http_code} %{redirect_url}\\n' \\\n  '${url.href}'`,
    };
    const login = {
      state,
      nonce,
      verifier,
      scope,
      provider: metadata,
      startedAt: step.at,
      maxAge,
      steps: [...before, step],
    };
    return { login, address: url.href };
  }

  async function callback(request: Request, response: Response): Promise<void> {
    const session = sessions.open(request, response);
    clearOutcome(session);
    const texts = textsFor(request);
    const state = textOf(request.query['state']);
    const pending = session.pending.find((login) => login.state === state);
    if (pending === undefined) {
      const [title, todo] = texts.problem.unknownState;
      session.problem = { code: 'unknown_state', title, todo };
      goHome(response);
      return;
    }
    session.pending = session.pending.filter((login) => login !== pending);
    const renewed = sessions.rename(session, response);
    await redeem(texts, renewed, pending, new URL(settings.redirectUri + request.url.slice(request.path.length)));
    goHome(response);
  }

  async function redeem(texts: Texts, session: Session, pending: PendingLogin, currentUrl: URL): Promise<void> {
    const cameBackAt = Date.now();
    const refused = currentUrl.searchParams.has('error');
    const back: Step = {
      title: texts.step.callback,
      from: texts.step.browser,
      to: currentUrl.host,
      words: refused ? texts.step.callbackError : texts.step.callbackCode,
      at: cameBackAt,
      failed: refused,
      parameters: explainParameters(texts, currentUrl.searchParams),
      request: `GET ${maskAddress(currentUrl.pathname + currentUrl.search)}\nHost: ${currentUrl.host}`,
    };
    const recorder = createRecorder();
    try {
      const answer = await client.authorizationCodeGrant(
        provider.configuration(pending.provider, recorder),
        currentUrl,
        {
          pkceCodeVerifier: pending.verifier,
          expectedNonce: pending.nonce,
          expectedState: pending.state,
          idTokenExpected: true,
          ...(pending.maxAge !== undefined && { maxAge: pending.maxAge }),
        },
      );
      const scope = answer.scope ?? pending.scope;
      const { startedAt, provider: metadata } = pending;
      const known = {
        startedAt,
        cameBackAt,
        idToken: answer.id_token,
        requestedScope: pending.scope,
        grantedScope: scope,
      };
      const between = meanwhile(texts, { ...known, adminUrl: settings.adminUrl });
      session.provider = metadata;
      session.previousRefreshToken = undefined;
      session.tokens = {
        accessToken: answer.access_token,
        refreshToken: answer.refresh_token,
        idToken: answer.id_token,
        scope,
        requestedScope: pending.scope,
        expiresAt: answer.expires_in === undefined ? undefined : Date.now() + answer.expires_in * 1000,
        receivedAt: Date.now(),
      };
      session.steps = [...pending.steps, ...between, back];
    } catch (error) {
      session.steps = [...pending.steps, back];
      fail(texts, session, error, refused ? 'authorize' : 'code', recorder);
    } finally {
      addSteps(session, tell(texts, recorder, tokenRequest(texts)));
    }
  }

  return Router().get('/login', start).get(new URL(settings.redirectUri).pathname, callback);
}
