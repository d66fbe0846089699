// @cardea/http: express for the two services that face HTTP; forms, errors, pages and what is counted and logged.
export type { Request, Response } from 'express';
export type { App, AppOptions, Handler, Route } from './app.js';
export { createApp } from './app.js';
export { formLimit, jsonLimit, readBody, readJson } from './body.js';
export type { FormParameter, RequestContext } from './context.js';
export { callOptions, contextOf } from './context.js';
export { hasForm, parseParameters, readForm, readQuery, uniqueForm, valueOf } from './form.js';
export { healthRoutes } from './health.js';
export type { PagePolicy } from './html.js';
export { escapeHtml, pageHeaders, sendPage } from './html.js';
export { noStore, oauthJson, plainJson, sendBytes, sendEmpty, sendJson, sendRedirect } from './send.js';
export type { ErrorBody, WriteError } from './write-error.js';
export { identifyError, oauthErrorBody } from './write-error.js';
