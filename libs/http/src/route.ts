// A route: one path, what it does for each method, and what it says to the methods it does not have (RFC 9110 §9.3.7, §15.5.6).
import { OAuthError } from '@cardea/oauth';
import type { Request, Response } from 'express';
import type { Manner } from './manner.js';
import { sendEmpty } from './send.js';

export type Handler = (request: Request, response: Response) => Promise<void> | void;

/** One path and what it does. A GET answers HEAD as well. */
export interface Route {
  /** As express 5 spells it, `/clients/:id`. */
  readonly path: string;
  readonly get?: Handler;
  readonly post?: Handler;
  readonly put?: Handler;
  readonly patch?: Handler;
  readonly delete?: Handler;
  readonly options?: Handler;
  /** Successes are counted, not logged. */
  readonly quiet?: true;
  /**
   * Which pages of other origins may read its answers: those its client lists too, or all of them, which the route says
   * itself. By default those the installation lists.
   */
  readonly cors?: 'clients' | 'everyone';
  /** An endpoint of RFC 6749 or its kin: its errors look and are kept from caches as §5.2 says. */
  readonly oauth?: true;
}

const methods = ['get', 'post', 'put', 'patch', 'delete', 'options'] as const;

/** No route, as opposed to a route that did not find what it was asked for. */
export class NothingHere extends OAuthError {
  constructor(description: string) {
    super('not_found', description);
  }
}

/** Whether a path stands for itself alone: express would find nothing in it to match. */
export const isLiteral = (path: string): boolean => /^[\w/.-]+$/.test(path);

/** What answers a path, whatever the method. */
export function answering(route: Route, manner: Manner): Handler {
  const handlers = new Map<string, Handler>();
  for (const method of methods) {
    const handler = route[method];
    if (handler === undefined) continue;
    handlers.set(method.toUpperCase(), handler);
    if (method === 'get') handlers.set('HEAD', handler);
  }
  const allow = [...handlers.keys()].join(', ');
  return (request, response) => {
    const handler = handlers.get(request.method);
    if (handler !== undefined) return handler(request, response);
    // Hydra's endpoints that know CORS answer so even while it is off.
    if (manner === 'hydra' && route.cors === 'clients' && request.method === 'OPTIONS') return sendEmpty(response, 200);
    if (manner === 'hydra') throw new NothingHere('There is nothing at this path for this method.');
    if (request.method === 'OPTIONS') return sendEmpty(response, 204, { Allow: allow });
    response.setHeader('Allow', allow);
    throw new OAuthError('invalid_request', 'This path does not take this method.', { status: 405 });
  };
}
