// Puts the login app together: its pages, its stylesheet, its health, and a word for what it does not know.
import { webAddress } from '@cardea/pages';
import express, { type ErrorRequestHandler, type Express } from 'express';
import { createAdminClient } from './admin-client.js';
import { createCsrfGuard } from './csrf.js';
import { sendPage } from './headers.js';
import { welcomePage } from './pages/welcome.js';
import { consentRoutes } from './routes/consent.js';
import type { RouteContext } from './routes/context.js';
import { deviceRoutes } from './routes/device.js';
import { loginRoutes } from './routes/login.js';
import { logoutRoutes } from './routes/logout.js';
import { stylesheet } from './stylesheet.js';
import { textsFor } from './texts.js';
import { sendProblem } from './trouble.js';

/** What the app must know. */
export interface LoginAppSettings {
  /** The provider's admin API, without `/admin`. */
  readonly adminUrl: string;
  /** An API key, where the admin API wants one. */
  readonly adminKey?: string | undefined;
  /** Where browsers reach this app; https makes its cookie Secure. */
  readonly publicUrl: string;
  /** An application to start over from. */
  readonly homeUrl?: string | undefined;
}

export function createLoginApp(settings: LoginAppSettings): Express {
  const context: RouteContext = {
    admin: createAdminClient(settings.adminUrl, { key: settings.adminKey }),
    csrf: createCsrfGuard({ secure: settings.publicUrl.startsWith('https:') }),
    homeUrl: webAddress(settings.homeUrl),
  };
  const fault: ErrorRequestHandler = (error: unknown, request, response, next) => {
    if (response.headersSent) {
      next(error);
      return;
    }
    const given = typeof error === 'object' && error !== null && 'status' in error ? Number(error.status) : 500;
    const status = given >= 400 && given < 500 ? given : 500;
    if (status === 500) console.error('demo-login:', error);
    const texts = textsFor(request);
    const { fault, unreadable, onceMore } = texts.problem;
    sendProblem(texts, response, { status, ...(status === 500 ? fault : unreadable), todo: onceMore });
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
    .get('/', (request, response) => sendPage(response, 200, welcomePage(textsFor(request), context.homeUrl)))
    .use(loginRoutes(context), consentRoutes(context), logoutRoutes(context), deviceRoutes(context))
    .use((request, response) => {
      const texts = textsFor(request);
      const link = context.homeUrl === undefined ? undefined : { address: context.homeUrl, text: texts.welcome.home };
      sendProblem(texts, response, { status: 404, ...texts.problem.unknown, link });
    })
    .use(fault);
}
