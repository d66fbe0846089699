// The documents anybody may read and cache: discovery under all its names, and the JWKS (OpenID Connect Discovery §4,
// RFC 8414 §3, RFC 7517 §5).
import type { Handler, Route } from '@cardea/http';
import { caching, plainJson, sendBytes, sendEmpty } from '@cardea/http';
import type { Documents } from '../documents.js';

/** Shorter than the time a new key is published before it signs, so that no cache misses it. */
const cached = { 'Cache-Control': 'public, max-age=300' } as const;

const openToAll = {
  'Access-Control-Allow-Origin': '*',
  'Access-Control-Expose-Headers': 'ETag',
} as const;

/** @param settings.issuer decides the path forms: an issuer with a path has its documents in three places */
export function wellKnownRoutes(
  documents: { jwks: Documents; metadata: Documents },
  { issuer, hydraCompat }: { readonly issuer: string; readonly hydraCompat: boolean },
): Route[] {
  // What is special to express's patterns is only text here.
  const path = new URL(issuer).pathname.replace(/\/+$/, '').replace(/[{}()[\]+?!:*\\]/g, '\\$&');
  const at = (location: string, source: Documents): Route => ({
    path: location,
    quiet: true,
    cors: 'everyone',
    get: serve(source, hydraCompat),
    options: preflight,
  });
  const { jwks, metadata } = documents;
  const names = ['openid-configuration', 'oauth-authorization-server'];
  const places = (name: string) => [
    `/.well-known/${name}`,
    ...(path === '' ? [] : [`/.well-known/${name}${path}`, `${path}/.well-known/${name}`]),
  ];
  return [
    at('/.well-known/jwks.json', jwks),
    ...(path === '' ? [] : [at(`${path}/.well-known/jwks.json`, jwks)]),
    ...names.flatMap(places).map((location) => at(location, metadata)),
  ];
}

/** @param hydraCompat never cached, as Hydra says of every document: some count on a new key being seen at once */
function serve(source: Documents, hydraCompat: boolean): Handler {
  const common = hydraCompat ? openToAll : { ...openToAll, ...cached };
  // Put together once a document: doing so for every request was a tenth of its cost.
  let prepared = { etag: '', unchanged: {}, whole: {} };
  return (request, response) => {
    const { body, etag } = source.current();
    if (prepared.etag !== etag) {
      const unchanged = { ...common, ETag: etag };
      prepared = { etag, unchanged, whole: { ...unchanged, 'Content-Type': plainJson } };
    }
    const fresh = matches(request.headers['if-none-match'], etag);
    const known = fresh ? prepared.unchanged : prepared.whole;
    const headers = hydraCompat ? { ...known, ...caching(request) } : known;
    if (fresh) sendEmpty(response, 304, headers);
    else sendBytes(response, 200, headers, body);
  };
}

/** If-None-Match compares weakly (RFC 9110 §13.1.2). */
function matches(header: string | undefined, etag: string): boolean {
  if (header === undefined) return false;
  return header === '*' || header.split(',').some((candidate) => candidate.trim().replace(/^W\//, '') === etag);
}

const preflight: Handler = (_request, response) => {
  sendEmpty(response, 204, {
    ...openToAll,
    'Access-Control-Allow-Methods': 'GET, HEAD, OPTIONS',
    'Access-Control-Allow-Headers': '*',
    'Access-Control-Max-Age': 86_400,
  });
};
