// `cardea create|get|list|delete trusted-issuer`: who may vouch for people with a JWT (RFC 7523 §2.1, hydra-wire §2.9).
import { parseDuration } from '@cardea/oauth';
import type { Json } from '../api/client.js';
import { segment } from '../api/segment.js';
import { apiCommand, forEach, words } from '../api-command.js';
import { isObject, objectFrom } from '../documents.js';
import { Failure } from '../failure.js';
import type { Surroundings } from '../main.js';
import type { PageOptions } from '../output/page.js';
import { showPage, withPages } from '../output/page.js';
import type { Column, Shown } from '../output/shown.js';
import { showIds, showList, showOne } from '../output/shown.js';
import type { Verbs } from '../verbs.js';

export const issuersPath = '/admin/trust/grants/jwt-bearer/issuers';

const aliases = ['trusted-issuers', 'trust-grant', 'trust-grants'];
const path = (id: string) => `${issuersPath}/${segment(id)}`;
const noIssuer = (id: string) => ({ what: `trusted issuer ${JSON.stringify(id)}` });

const text = (member: string) => (grant: Json) => {
  const value = grant[member];
  return typeof value === 'string' ? value : '';
};

const columns: readonly Column<Json>[] = [
  { title: 'ID', of: text('id') },
  { title: 'ISSUER', of: text('issuer') },
  { title: 'SUBJECT', of: (grant) => (grant['allow_any_subject'] === true ? '(any)' : text('subject')(grant)) },
  { title: 'SCOPE', of: ({ scope }) => (Array.isArray(scope) ? scope.join(', ') : '') },
  { title: 'KEY ID', of: ({ public_key: key }) => (isObject(key) ? String(key['kid']) : '') },
  { title: 'EXPIRES AT', of: text('expires_at') },
];

const draw = (grants: readonly Json[]): Shown => showList(grants, columns, text('id'));

interface Trust {
  readonly issuer: string;
  readonly subject?: string;
  readonly allowAnySubject?: true;
  readonly scope: readonly string[];
  readonly jwk: string;
  readonly expiresAt?: string;
  readonly expiresIn?: string;
}

export function addTrustedIssuerCommands(verbs: Verbs, surroundings: Surroundings): void {
  apiCommand<Trust>(
    verbs.create,
    surroundings,
    {
      usage: 'trusted-issuer',
      aliases,
      description: 'Trust what an issuer signs with a key about one subject, or about any.',
      examples: [
        'cardea create trusted-issuer --issuer https://idp.example --subject alice --scope photos.read --jwk key.json --expires-in 720h',
      ],
    },
    async ({ api, show }, options) => {
      const { issuer, subject, allowAnySubject = false, scope } = options;
      if ((subject === undefined) !== allowAnySubject) {
        throw new Failure('about whom may it speak? Give either --subject, or --allow-any-subject');
      }
      const whom = subject === undefined ? { allow_any_subject: true } : { subject };
      const jwk = await objectFrom(options.jwk, surroundings);
      if ('d' in jwk || 'k' in jwk)
        throw new Failure(`${options.jwk}: holds a private key; only its public half belongs here`);
      const json = { issuer, ...whom, scope, jwk, expires_at: expiry(options) };
      show(showOne((await api.call('POST', issuersPath, { json })) as Json, columns, text('id')));
    },
  )
    .requiredOption('--issuer <iss>', 'its name, as `iss` of its JWTs says it')
    .option('--subject <sub>', 'the only subject it may vouch for')
    .option('--allow-any-subject', 'it may vouch for anybody')
    .option('--scope <a,b>', 'the scopes that its JWTs may be exchanged for', words, [])
    .requiredOption('--jwk <file>', 'its public key, a JSON Web Key with `kid`; `-` for standard input')
    .option('--expires-at <instant>', 'when the trust ends, RFC 3339, such as 2030-01-31T00:00:00Z')
    .option('--expires-in <duration>', 'or after how long, such as 720h');

  apiCommand<object>(
    verbs.get,
    surroundings,
    {
      usage: 'trusted-issuer <ids...>',
      aliases,
      description: 'Show trusted issuers.',
      examples: ['cardea get trusted-issuer 9edc811f-4e28-453c-9b46-4de65f00217f'],
    },
    async ({ api, show }, _options, ids) => {
      const { done, fail } = await forEach(ids, surroundings, (id) => api.call('GET', path(id), noIssuer(id)));
      const found = done as Json[];
      const [only] = found;
      if (only !== undefined) show(found.length === 1 ? showOne(only, columns, text('id')) : draw(found));
      fail();
    },
  );

  const list = apiCommand<PageOptions & { readonly issuer?: string }>(
    verbs.list,
    surroundings,
    {
      usage: 'trusted-issuers',
      aliases: ['trusted-issuer', 'trust-grants', 'trust-grant'],
      description: 'List trusted issuers, a page at a time.',
      examples: ['cardea list trusted-issuers', 'cardea list trusted-issuers --issuer https://idp.example'],
    },
    async ({ api, show }, options) => show(await showPage(api, issuersPath, { issuer: options.issuer }, options, draw)),
  ).option('--issuer <iss>', 'only this one');
  withPages(list);

  apiCommand<object>(
    verbs.delete,
    surroundings,
    {
      usage: 'trusted-issuer <ids...>',
      aliases,
      description: 'Trust issuers no longer.',
      examples: ['cardea delete trusted-issuer 9edc811f-4e28-453c-9b46-4de65f00217f'],
    },
    async ({ api, show }, _options, ids) => {
      const { done, fail } = await forEach(ids, surroundings, async (id) => {
        await api.call('DELETE', path(id), noIssuer(id));
        return id;
      });
      if (done.length > 0) show(showIds(done));
      fail();
    },
  );
}

function expiry({ expiresAt, expiresIn }: Trust): string {
  if ((expiresAt === undefined) === (expiresIn === undefined)) {
    throw new Failure('until when? Give either --expires-at, or --expires-in');
  }
  if (expiresIn !== undefined) {
    const millis = parseDuration(expiresIn);
    if (millis === undefined) throw new Failure(`--expires-in ${expiresIn}: it must be a duration such as 720h`);
    return new Date(Date.now() + millis).toISOString();
  }
  const instant = new Date(expiresAt ?? '');
  if (Number.isNaN(instant.getTime()))
    throw new Failure(`--expires-at ${String(expiresAt)}: it must be like 2030-01-31T00:00:00Z`);
  return instant.toISOString();
}
