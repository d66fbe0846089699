// `cardea perform authorization-code`: a relying party on loopback that goes through the flow once (RFC 6749 §4.1, RFC 8252).
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Session } from '../api-command.js';
import type { openApi } from '../api/client.js';
import type { AuthorizationRequest } from './authorization-request.js';
import { authorizationRequest } from './authorization-request.js';
import type { ClientOptions, Credential } from './client-credential.js';
import { clientOf } from './client-credential.js';
import type { Issuer } from './discovery.js';
import { discover, signingKeys } from './discovery.js';
import { checkIdToken } from './id-token.js';
import type { LoginPages } from './login-pages.js';
import { createLoginPages } from './login-pages.js';
import { listenOnLoopback, readForm } from './loopback.js';
import { openBrowser } from './open-browser.js';
import { escape, sendPage } from './page.js';
import { showTokens } from './show-tokens.js';
import { requestTokens } from './token-request.js';

export interface AuthorizationCodeOptions extends ClientOptions {
  readonly port: number;
  readonly scope?: readonly string[];
  readonly audience?: readonly string[];
  readonly prompt?: readonly string[];
  readonly maxAge: number;
  readonly state?: string;
  readonly redirect?: string;
  readonly authUrl?: string;
  readonly tokenUrl?: string;
  readonly https?: true;
  readonly skip?: true;
  readonly adminEndpoint?: string;
  readonly open: boolean;
  readonly shutdown: boolean;
  readonly responseMode?: string;
}

/** Settles after the first flow, or with `--no-shutdown` never. */
export async function performAuthorizationCode(session: Session, options: AuthorizationCodeOptions): Promise<void> {
  const client = clientOf(options, session.surroundings.env);
  const issuer = await discover(session.api);
  const { err } = session.surroundings;
  const secure = options.https === true;
  let settle: (failure?: Error) => void = () => undefined;
  const over = new Promise<void>((resolve, reject) => {
    settle = (failure) => (failure === undefined ? resolve() : reject(failure));
  });
  over.catch(() => undefined);
  let current: AuthorizationRequest | undefined;
  let callback = '';
  const begin = (): AuthorizationRequest => (current = newRequest(options, client, issuer, callback));
  const pages = createLoginPages(() => session.other('admin', options.adminEndpoint), options.skip === true);

  const loopback = await listenOnLoopback(options.port, secure, (request, response) => {
    handle(request, response).catch((error: unknown) => {
      sendPage(response, 500, 'This went wrong', `<p>${escape((error as Error).message)}</p>`);
      if (options.shutdown) settle(error as Error);
      else err(`cardea: ${(error as Error).message}\n`);
    });
  });

  async function handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? '/', loopback.url);
    if (await answeredBy(pages, request, response, url)) return;
    if (url.pathname === '/') {
      sendPage(response, 200, 'A relying party', '<p><a href="/perform-flow">Log in and get tokens</a></p>');
    } else if (url.pathname === '/perform-flow') {
      response.writeHead(302, { location: (current ?? begin()).url, 'cache-control': 'no-store' }).end();
    } else if (url.pathname === new URL(callback).pathname) {
      await finish(request.method === 'POST' ? await readForm(request) : url.searchParams, response);
    } else {
      sendPage(response, 404, 'Nothing is here', '<p><a href="/">Begin</a></p>');
    }
  }

  async function finish(answer: URLSearchParams, response: ServerResponse): Promise<void> {
    const asked = current;
    if (asked?.belongs(answer) !== true) {
      err('cardea: an answer came whose state is not the one that was sent; it was left alone\n');
      sendPage(
        response,
        400,
        'This answers nothing',
        '<p>Its state is not the one that was sent. <a href="/">Begin</a></p>',
      );
      return;
    }
    // Each request is answered once; a reload begins anew.
    current = undefined;
    const code = asked.codeOf(answer);
    const form = { grant_type: 'authorization_code', code, redirect_uri: callback, code_verifier: asked.verifier };
    const tokens = await requestTokens(tokenApi(session, options), client, form);
    const verdict =
      tokens.id_token === undefined
        ? undefined
        : checkIdToken(tokens.id_token, {
            ...{ issuer: issuer.issuer, clientId: client.id, nonce: asked.nonce, now: Date.now() },
            ...{ accessToken: tokens.access_token, keys: await signingKeys(session.api) },
          });
    const shown = showTokens(tokens, Date.now(), verdict);
    const again = options.shutdown ? '<p>You may close this page.</p>' : '<p><a href="/">Once more</a></p>';
    sendPage(response, 200, 'It worked', `<pre>${escape(JSON.stringify(shown.json, null, 2))}</pre>${again}`);
    session.show(shown);
    if (options.shutdown) settle();
  }

  callback = options.redirect ?? `${loopback.url}callback`;
  err(
    `Listening on ${loopback.url}; the client must have the redirect URI ${callback}\n` +
      `Open this in a browser: ${loopback.url}perform-flow\nIt leads to: ${begin().url}\n`,
  );
  if (options.open) openBrowser(`${loopback.url}perform-flow`);
  try {
    await over;
  } finally {
    await loopback.close();
  }
}

const newRequest = (options: AuthorizationCodeOptions, client: Credential, issuer: Issuer, callback: string) =>
  authorizationRequest(
    options.authUrl ?? issuer.authorizationEndpoint,
    {
      clientId: client.id,
      redirectUri: callback,
      scope: options.scope ?? ['offline', 'openid'],
      audience: options.audience ?? [],
      prompt: options.prompt ?? [],
      maxAge: options.maxAge,
      responseMode: options.responseMode,
      state: options.state,
    },
    issuer,
  );

async function answeredBy(pages: LoginPages, request: IncomingMessage, response: ServerResponse, url: URL) {
  const page = pages[url.pathname];
  if (page === undefined) return false;
  await page(request, response, url);
  return true;
}

/** With `--token-url`, that very address. */
function tokenApi({ api, other }: Session, { tokenUrl }: AuthorizationCodeOptions): Session['api'] {
  return tokenUrl === undefined ? api : atTokenUrl(other('public', tokenUrl));
}

/** An API whose one endpoint is its URL. */
export const atTokenUrl = (api: ReturnType<typeof openApi>): ReturnType<typeof openApi> => ({
  ...api,
  raw: (method, _path, sent) => api.raw(method, '', sent),
});
