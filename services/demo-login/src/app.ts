// Puts the login app together: its pages, its stylesheet, its health, and a word for what it does not know.
import express, { type ErrorRequestHandler, type Express } from 'express';
import { createAdminClient } from './admin-client.js';
import { createCsrfGuard } from './csrf.js';
import { sendPage } from './headers.js';
import { webAddress } from './html.js';
import { welcomePage } from './pages/welcome.js';
import { consentRoutes } from './routes/consent.js';
import type { RouteContext } from './routes/context.js';
import { deviceRoutes } from './routes/device.js';
import { loginRoutes } from './routes/login.js';
import { logoutRoutes } from './routes/logout.js';
import { stylesheet } from './stylesheet.js';
import { sendProblem } from './trouble.js';

/** What the app must know. */
export interface LoginAppSettings {
  /** The provider's admin API, without `/admin`. */
  readonly adminUrl: string;
  /** Where browsers reach this app; https makes its cookie Secure. */
  readonly publicUrl: string;
  /** An application to start over from. */
  readonly homeUrl?: string | undefined;
}

export function createLoginApp(settings: LoginAppSettings): Express {
  const context: RouteContext = {
    admin: createAdminClient(settings.adminUrl),
    csrf: createCsrfGuard({ secure: settings.publicUrl.startsWith('https:') }),
    homeUrl: webAddress(settings.homeUrl),
  };
  const fault: ErrorRequestHandler = (error: unknown, _request, response, next) => {
    if (response.headersSent) {
      next(error);
      return;
    }
    const given = typeof error === 'object' && error !== null && 'status' in error ? Number(error.status) : 500;
    const status = given >= 400 && given < 500 ? given : 500;
    if (status === 500) console.error('demo-login:', error);
    const [title, what] =
      status === 500
        ? ['Something broke here', 'This login app had a fault; its log says more.']
        : ['This form cannot be read', 'It is too large or not written as browsers write forms.'];
    sendProblem(response, { status, title, what, todo: 'Go back and try once more.' });
  };
  return express()
    .disable('x-powered-by')
    .disable('etag')
    .get('/health', (_request, response) => void response.json({ status: 'ok' }))
    .get('/style.css', (_request, response) => {
      response.set({ 'Cache-Control': 'public, max-age=31536000, immutable', 'X-Content-Type-Options': 'nosniff' });
      response.type('css').send(stylesheet);
    })
    .use(express.urlencoded({ extended: false, limit: '64kb' }))
    .get('/', (_request, response) => sendPage(response, 200, welcomePage(context.homeUrl)))
    .use(loginRoutes(context), consentRoutes(context), logoutRoutes(context), deviceRoutes(context))
    .use((_request, response) =>
      sendProblem(response, {
        status: 404,
        title: 'There is no such page',
        what: 'This app logs people in; it has no page at this address.',
        todo: 'Go back to the application you came from.',
        link:
          context.homeUrl === undefined ? undefined : { address: context.homeUrl, text: 'Go to the demo application' },
      }),
    )
    .use(fault);
}
