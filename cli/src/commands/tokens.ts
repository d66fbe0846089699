// `cardea introspect token`, `cardea revoke token`, `cardea delete access-tokens` (RFC 7662, RFC 7009, hydra-wire §2.7).
import type { Json } from '../api/client.js';
import { InvalidArgumentError } from 'commander';
import { saidBy } from '../api/client.js';
import { apiCommand, forEach, words } from '../api-command.js';
import { exitCodes, Failure } from '../failure.js';
import type { Surroundings } from '../main.js';
import type { Column } from '../output/shown.js';
import { showIds, showOne } from '../output/shown.js';
import { basicOrForm, clientOf, withClientCredentials } from '../perform/client-credential.js';
import type { ClientOptions } from '../perform/client-credential.js';
import type { Verbs } from '../verbs.js';

const said = (member: string) => (token: Json) => {
  const value = token[member];
  return typeof value === 'string' || typeof value === 'boolean' ? String(value) : '';
};

const columns: readonly Column<Json>[] = [
  { title: 'ACTIVE', of: said('active') },
  { title: 'SUBJECT', of: said('sub') },
  { title: 'CLIENT ID', of: said('client_id') },
  { title: 'SCOPE', of: said('scope') },
  { title: 'EXPIRY', of: ({ exp }) => (typeof exp === 'number' ? new Date(exp * 1000).toISOString() : '') },
  { title: 'TOKEN USE', of: said('token_use') },
];

/** A token on the command line is in the shell's history and in the process list; `-` reads it instead. */
async function tokenFrom(word: string, { input }: Surroundings): Promise<string> {
  const token = word === '-' ? (await input()).trim() : word;
  if (token === '') throw new Failure('there is no token: give it as the argument, or `-` and on standard input');
  return token;
}

interface Interval {
  readonly client?: string;
  readonly subject?: string;
  readonly after: string;
  readonly before?: string;
}

/** Many tokens take their time. */
const patienceMillis = 150_000;

function instant(text: string): string {
  const time = new Date(text);
  // Without a zone it means something else to everybody who reads it.
  if (/T.*(Z|[+-]\d\d:\d\d)$/.test(text) && !Number.isNaN(time.getTime())) return time.toISOString();
  throw new InvalidArgumentError('It must be like 2030-01-31T12:00:00Z.');
}

export function addTokenCommands(verbs: Verbs, surroundings: Surroundings): void {
  apiCommand<{ readonly scope?: readonly string[] }>(
    verbs.introspect,
    surroundings,
    {
      usage: 'token <token>',
      description: 'Ask what an access or refresh token is worth. `-` reads it from standard input.',
      examples: ['cardea introspect token - < token.txt', 'cardea introspect token $TOKEN --scope photos.read'],
    },
    async ({ api, show }, { scope }, [word = '']) => {
      const token = await tokenFrom(word, surroundings);
      const answer = await api.call('POST', '/admin/oauth2/introspect', { form: { token, scope: scope?.join(' ') } });
      show(showOne(answer as Json, columns, said('active')));
    },
  ).option('--scope <a,b>', 'active only if it has all of these', words);

  const revoke = apiCommand<ClientOptions>(
    verbs.revoke,
    surroundings,
    {
      usage: 'token <token>',
      api: 'public',
      description: 'Revoke a token as the client that it belongs to; a refresh token ends all of its family.',
      examples: ['OAUTH2_CLIENT_ID=shop OAUTH2_CLIENT_SECRET=… cardea revoke token - < token.txt'],
    },
    async ({ api, show }, options, [word = '']) => {
      const client = clientOf(options, surroundings.env);
      const token = await tokenFrom(word, surroundings);
      const answer = await api.raw('POST', '/oauth2/revoke', basicOrForm(client, { token }));
      if (answer.status !== 200) {
        throw new Failure(saidBy(answer), answer.status === 401 ? exitCodes.unauthorized : exitCodes.refused);
      }
      show(showIds([token], 'REVOKED TOKEN'));
    },
  );
  withClientCredentials(revoke);

  apiCommand<Interval>(
    verbs.revoke,
    surroundings,
    {
      usage: 'issued-tokens',
      aliases: ['issued'],
      description: 'In an incident: end all that was issued in an interval to a client, for a person, or both.',
      examples: [
        'cardea revoke issued-tokens --client shop --after 2030-01-31T12:00:00Z --before 2030-01-31T13:00:00Z',
      ],
    },
    async ({ api, show }, { client, subject, after, before }) => {
      if (client === undefined && subject === undefined) throw new Failure('whose? Give --client, --subject, or both');
      const query = { client_id: client, subject, issued_after: after, issued_before: before };
      await api.call('DELETE', '/admin/oauth2/tokens', { query, patienceMillis });
      show(showIds([client ?? subject ?? ''], client === undefined ? 'SUBJECT' : 'CLIENT ID'));
    },
  )
    .option('--client <id>', 'what was issued to this client')
    .option('--subject <subject>', 'what was issued for this person')
    .requiredOption('--after <instant>', 'from then on', instant)
    .option('--before <instant>', 'until then; without it until now', instant);

  apiCommand<object>(
    verbs.delete,
    surroundings,
    {
      usage: 'access-tokens <client-ids...>',
      aliases: ['access-token'],
      description: 'Delete all access tokens of clients; refresh tokens stay.',
      examples: ['cardea delete access-tokens shop'],
    },
    async ({ api, show }, _options, ids) => {
      const { done, fail } = await forEach(ids, surroundings, async (id) => {
        await api.call('DELETE', '/admin/oauth2/tokens', { query: { client_id: id } });
        return id;
      });
      if (done.length > 0) show(showIds(done, 'CLIENT ID'));
      fail();
    },
  );
}
