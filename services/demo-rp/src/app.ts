// Puts the relying party together: its page, its flow, its actions, its stylesheet, its health.
import express, { type ErrorRequestHandler, type Express } from 'express';
import { createProvider } from './flow/provider.js';
import { goOn, sendPage } from './headers.js';
import { html } from '@cardea/pages';
import { page } from './page.js';
import { homePage } from './pages/home.js';
import { actionRoutes } from './routes/actions.js';
import type { RouteContext } from './routes/context.js';
import { loginRoutes } from './routes/login.js';
import { logoutRoutes } from './routes/logout.js';
import { createSessions } from './sessions.js';
import type { RelyingPartySettings } from './settings.js';
import { stylesheet } from './stylesheet.js';
import { textsFor, type Texts } from './texts.js';

const fault: ErrorRequestHandler = (error: unknown, request, response, next) => {
  if (response.headersSent) {
    next(error);
    return;
  }
  const given = typeof error === 'object' && error !== null && 'status' in error ? Number(error.status) : 500;
  const status = given >= 400 && given < 500 ? given : 500;
  if (status === 500) console.error('demo-rp:', error);
  const texts = textsFor(request);
  const { fault: title, faultWords, unreadable } = texts.note;
  sendPage(response, status, notePage(texts, title, status === 500 ? faultWords : unreadable));
};

const notePage = (texts: Texts, title: string, words: string): ReturnType<typeof page> =>
  page(
    texts,
    title,
    undefined,
    html`<section class="hero" aria-labelledby="title">
      <h1 id="title">${title}</h1>
      <p class="lede">${words}</p>
      <p><a class="button" id="way-back" href="/">${texts.note.home}</a></p>
    </section>`,
  );

export function createRelyingPartyApp(settings: RelyingPartySettings): Express {
  const home = new URL(settings.redirectUri);
  const context: RouteContext = {
    settings,
    sessions: createSessions({ secure: home.protocol === 'https:' }),
    provider: createProvider(settings),
  };
  return express()
    .disable('x-powered-by')
    .disable('etag')
    .get('/health', (_request, response) => void response.json({ status: 'ok' }))
    .get('/style.css', (_request, response) => {
      response.set({ 'Cache-Control': 'public, max-age=31536000, immutable', 'X-Content-Type-Options': 'nosniff' });
      response.type('css').send(stylesheet);
    })
    .use((request, response, next) => {
      // The session's cookie must be where the callback will be: localhost and 127.0.0.1 are two places to a browser.
      if (request.method === 'GET' && request.headers.host !== home.host) goOn(response, new URL('/', home).href);
      else next();
    })
    .use(express.urlencoded({ extended: false, limit: '16kb' }))
    .use(logoutRoutes(context), loginRoutes(context), actionRoutes(context))
    .get('/', (request, response) => {
      sendPage(response, 200, homePage(textsFor(request), settings, context.sessions.find(request), Date.now()));
    })
    .use((request, response) => {
      const texts = textsFor(request);
      sendPage(response, 404, notePage(texts, texts.note.unknown, texts.note.unknownWords));
    })
    .use(fault);
}
