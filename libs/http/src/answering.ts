// How an app answers, from a table of routes: built once a configuration; a request stays with the one that it met first.
import type { Host } from '@cardea/service';
import type { Express, Request, Response } from 'express';
import express from 'express';
import type { Cors } from './cors.js';
import { expectSame } from './native-prototypes.js';
import { sendNotFound } from './not-found.js';
import type { Route } from './route.js';
import { NothingHere } from './route.js';
import type { Router, RouterOptions } from './router.js';
import { createRouter, routeOf } from './router.js';
import type { ErrorBody, WriteError } from './write-error.js';
import { createErrorWriter, identifyError } from './write-error.js';

export interface AnswerOptions extends RouterOptions {
  /** Put before every path that does not begin with it. */
  readonly prefix?: string;
  readonly errorBody?: ErrorBody;
  readonly cors?: Cors | undefined;
}

/** The way of a request from the listener to its route. */
export interface Answering {
  readonly options: AnswerOptions;
  readonly express: Express;
  readonly writeError: WriteError;
  readonly route: Router;
  /** Patterns of routes that are not logged. */
  readonly quiet: ReadonlySet<string>;
}

/** Answers an error in JSON, or says on a page that there is nothing. */
function answerErrors(host: Pick<Host, 'log'>, writeError: WriteError) {
  return (caught: unknown, request: Request, response: Response): void => {
    if (caught instanceof NothingHere) {
      if (sendNotFound(request, response, identifyError(caught, request, host.log))) return;
    }
    writeError(caught, request, response);
  };
}

/** @param first the app whose requests this one is to answer from now on */
export function createAnswering(host: Pick<Host, 'log'>, options: AnswerOptions, first?: Express): Answering {
  const oauth = new Set(options.routes.filter((route) => route.oauth === true).map(({ path }) => path));
  const writeError = createErrorWriter({
    log: host.log,
    ...(options.errorBody === undefined ? {} : { body: options.errorBody }),
    atOAuthEndpoint: (request) => oauth.has(routeOf(request) ?? ''),
  });
  const app = express();
  if (first !== undefined) expectSame(app, first);
  for (const setting of ['etag', 'query parser']) app.set(setting, false);
  app.disable('x-powered-by');
  // `/health/alive//` is another path than `/health/alive/`, and that one loses its slash before it gets here.
  app.enable('strict routing');
  app.enable('case sensitive routing');

  const { cors } = options;
  const quiet = new Set<string>();
  const corsOf = new Map<string, Route['cors']>();
  for (const route of options.routes) {
    if (route.quiet === true) quiet.add(route.path);
    if (route.cors !== undefined) corsOf.set(route.path, route.cors);
  }
  const answer = createRouter(app, options, answerErrors(host, writeError));
  return {
    options,
    express: app,
    writeError,
    quiet,
    route(request, response, path) {
      // Who is on no page has nothing to ask; that is nearly everybody.
      if (cors === undefined || (request.headers.origin === undefined && !cors.varies))
        return answer(request, response, path);
      const readable = corsOf.get(path);
      const next = (): void => answer(request, response, path);
      if (readable === 'everyone') next();
      else cors.handle(request, response, readable === 'clients', next);
    },
  };
}
