// Leads a request to its route, if it is admitted: a path that is no pattern is looked up, the others go through express's router,
// which tries one pattern after the other, a tenth of the cost of a small answer.
import type { Express, NextFunction, Request, Response } from 'express';
import type { Manner } from './manner.js';
import type { Handler, Route } from './route.js';
import { answering, isLiteral, NothingHere } from './route.js';

/** Answers a request by its path, which begins where routes begin and has no query. */
export type Router = (request: Request, response: Response, path: string) => void;

export interface RouterOptions {
  /** Patterns in the order they are tried; what is none comes before them. */
  readonly routes: readonly Route[];
  /** In Hydra's, a method that a known path does not have is not found; the RFCs say 405. */
  readonly manner: Manner;
  /** Refuses a request before it is routed, by throwing. What it need not wait for, it says at once. */
  readonly admit?: (request: Request) => Promise<void> | void;
}

/** @param answerError answers for what failed, now or later */
export function createRouter(
  app: Express,
  { routes, manner, admit }: RouterOptions,
  answerError: (caught: unknown, request: Request, response: Response) => void,
): Router {
  const literal = new Map<string, { readonly route: Route; readonly answer: Handler }>();
  for (const route of routes) {
    const answer = answering(route, manner);
    // Here too: a target may be spelled in other ways (RFC 9112 §3.2.2).
    app.route(route.path).all(answer);
    if (isLiteral(route.path)) literal.set(route.path, { route, answer });
  }
  app.use((): never => {
    throw new NothingHere('There is nothing at this path.');
  });
  // Express knows an error handler by its four parameters.
  app.use((caught: unknown, request: Request, response: Response, _next: NextFunction) => {
    answerError(caught, request, response);
  });

  const answer = (request: Request, response: Response, path: string): Promise<void> | void => {
    const found = literal.get(path);
    if (found === undefined) return void app(request, response);
    request.route = found.route;
    return found.answer(request, response);
  };
  return (request, response, path) => {
    request.res = response;
    try {
      const admitted = admit?.(request);
      const answered =
        admitted === undefined ? answer(request, response, path) : admitted.then(() => answer(request, response, path));
      answered?.catch((caught: unknown) => answerError(caught, request, response));
    } catch (caught) {
      answerError(caught, request, response);
    }
  };
}

/** The pattern of the route that matched, if one did. */
export const routeOf = (request: object): string | undefined =>
  ((request as Request).route as { path?: string } | undefined)?.path;
