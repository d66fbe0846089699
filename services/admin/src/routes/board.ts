// /admin/board: bull-board's page over the workers' queues, where serve.admin.board says so (issue 6 "Queues").
import type { Handler, Route } from '@cardea/http';
import { contextOf, neverStored, readQuery, sendBytes, sendEmpty, sendJson } from '@cardea/http';
import { OAuthError } from '@cardea/oauth';
import type { Board } from '../board/open-board.js';
import type { JobClient } from './queues.js';

const base = '/admin/board';

/** Its own files and nothing else. */
const policy = {
  'Content-Security-Policy': [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "img-src 'self' data:",
    "connect-src 'self'",
    "base-uri 'self'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ].join('; '),
  'X-Frame-Options': 'DENY',
  'X-Content-Type-Options': 'nosniff',
  'Referrer-Policy': 'no-referrer',
} as const;

export function boardRoutes(jobs: JobClient): Route[] {
  let opening: Promise<Board> | undefined;
  const open = (): Promise<Board> => {
    opening ??= import('../board/open-board.js').then(({ openBoard }) => openBoard(base, jobs));
    // A token service that was away is asked again.
    opening.catch(() => (opening = undefined));
    return opening;
  };

  const order = async (...[request, response]: Parameters<Handler>): Promise<boolean> => {
    const below = contextOf(request).path.slice(base.length);
    const query = Object.fromEntries(readQuery(request).map(({ name, value }) => [name, value]));
    const ordered = await (await open()).order(request.method.toLowerCase(), below, query);
    if (ordered === undefined) return false;
    const headers = { ...neverStored(response), ...policy };
    if (ordered.status === 204) sendEmpty(response, 204, headers);
    else sendJson(response, ordered.status, ordered.body, headers);
    return true;
  };

  const show: Handler = async (request, response) => {
    const below = contextOf(request).path.slice(base.length + 1);
    const { assets, page } = await open();
    const asset = assets.get(below);
    if (asset !== undefined) {
      const kept = asset.lasting ? { 'Cache-Control': 'private, max-age=31536000, immutable' } : neverStored(response);
      return sendBytes(response, 200, { ...kept, ...policy, 'Content-Type': asset.contentType }, asset.read());
    }
    if (below.startsWith('static/')) throw new OAuthError('not_found');
    if (below.startsWith('api/')) {
      if (await order(request, response)) return;
      throw new OAuthError('request_forbidden', 'The board does not offer this.');
    }
    const headers = { ...neverStored(response), ...policy, 'Content-Type': 'text/html; charset=utf-8' };
    sendBytes(response, 200, headers, page);
  };

  const change: Handler = async (request, response) => {
    if (await order(request, response)) return;
    throw new OAuthError('request_forbidden', 'The board does not offer this.');
  };

  return [
    { path: base, get: show },
    { path: `${base}/{*below}`, get: show, put: change },
  ];
}
