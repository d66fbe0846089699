// `cardea get|update lifespans`: how long the tokens of one client live, by grant (hydra-wire §2.2, §4.6).
import { lifespanMembers, parseDuration } from '@cardea/oauth';
import { InvalidArgumentError } from 'commander';
import type { Json } from '../api/client.js';
import { apiCommand } from '../api-command.js';
import { Failure } from '../failure.js';
import type { Surroundings } from '../main.js';
import type { Shown } from '../output/shown.js';
import type { Verbs } from '../verbs.js';
import { clientPath, noClient } from './clients.js';

const aliases = ['lifespan', 'oauth2-client-lifespans'];

const flagOf = (member: string) => member.replace(/_lifespan$/, '').replace(/_/g, '-');
const optionOf = (member: string) => flagOf(member).replace(/-(\w)/g, (_, letter: string) => letter.toUpperCase());

function lifespan(text: string): string {
  if (text === 'default' || parseDuration(text) !== undefined) return text;
  throw new InvalidArgumentError('It must be a duration such as 15m, 1h30m or 720h, or the word default.');
}

export function addLifespanCommands(verbs: Verbs, surroundings: Surroundings): void {
  apiCommand<object>(
    verbs.get,
    surroundings,
    {
      usage: 'lifespans <id>',
      aliases,
      description: 'Show how long the tokens of a client live; what is not set is as the server says.',
      examples: ['cardea get lifespans shop'],
    },
    async ({ api, show }, _options, [id = '']) => {
      show(showLifespans(id, (await api.call('GET', clientPath(id), noClient(id))) as Json));
    },
  );

  const update = apiCommand<Readonly<Record<string, string>> & { readonly reset?: true }>(
    verbs.update,
    surroundings,
    {
      usage: 'lifespans <id>',
      aliases,
      description: 'Change how long the tokens of a client live: only what flags name changes.',
      examples: [
        'cardea update lifespans shop --authorization-code-grant-access-token 15m',
        'cardea update lifespans shop --refresh-token-grant-refresh-token default',
        'cardea update lifespans shop --reset',
      ],
    },
    async ({ api, show }, options, [id = '']) => {
      const named = lifespanMembers.filter((member) => options[optionOf(member)] !== undefined);
      if (named.length === 0 && options.reset !== true) {
        throw new Failure('nothing to change: name a lifespan with its flag, or give --reset');
      }
      // The API replaces all of them: what no flag names is sent as it is.
      const before = options.reset === true ? {} : ((await api.call('GET', clientPath(id), noClient(id))) as Json);
      const json = Object.fromEntries(
        lifespanMembers.map((member) => {
          const said = options[optionOf(member)];
          return [member, said === undefined ? (before[member] ?? null) : said === 'default' ? null : said];
        }),
      );
      const after = await api.call('PUT', `${clientPath(id)}/lifespans`, { json, ...noClient(id) });
      show(showLifespans(id, after as Json));
    },
  ).option('--reset', 'all as the server says, but for what other flags name');
  for (const member of lifespanMembers) {
    const [grant = '', token = ''] = member.replace(/_lifespan$/, '').split('_grant_');
    const words = (text: string) => text.replace(/_/g, ' ');
    update.option(`--${flagOf(member)} <duration>`, `${words(token)}s of the ${words(grant)} grant`, lifespan);
  }
}

function showLifespans(id: string, client: Json): Shown {
  const all = lifespanMembers.map((member): [string, unknown] => [member, client[member] ?? null]);
  return {
    json: Object.fromEntries(all),
    columns: ['LIFESPAN', 'DURATION'],
    rows: all.map(([member, value]) => [flagOf(member), typeof value === 'string' ? value : 'default']),
    ids: [id],
  };
}
