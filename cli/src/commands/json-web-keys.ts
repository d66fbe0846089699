// `cardea create|get|delete|import jwk`: JSON Web Key sets over the admin API, as Hydra's command has them.
import { apiCommand, forEach } from '../api-command.js';
import { segment } from '../api/segment.js';
import type { Surroundings } from '../main.js';
import type { Column, Shown } from '../output/shown.js';
import { showIds, showList } from '../output/shown.js';
import type { Verbs } from '../verbs.js';
import type { Jwk, KeyDefaults } from './key-files.js';
import { keysFrom } from './key-files.js';

interface KeySet {
  readonly set: string;
  readonly keys: readonly Jwk[];
}

const aliases = ['jwks'];
const path = (set: string) => `/admin/keys/${segment(set)}`;
/** What a set that signs wants to hear before it is changed. */
const confirmHelp = 'the name of the set once more, which one that signs wants';
interface Meant {
  readonly confirm?: string;
}
const noSet = (set: string) => ({ what: `key set ${JSON.stringify(set)}` });

export function addJsonWebKeyCommands(verbs: Verbs, surroundings: Surroundings): void {
  apiCommand<{ readonly alg: string; readonly use: string; readonly public?: true }>(
    verbs.create,
    surroundings,
    {
      usage: 'jwk <set> [kid]',
      aliases,
      description: 'Create a key in a set, which comes into being with it. See also `cardea keys create`.',
      examples: [
        'cardea create jwk my-set --alg ES256 --public',
        'cardea create jwk hydra.openid.id-token --alg RS256',
      ],
    },
    async ({ api, show }, options, [set = '', kid = '']) => {
      const json = { alg: options.alg, use: options.use, kid };
      const made = await api.call('POST', path(set), { json });
      show(showSets([visible(set, made, options.public)]));
    },
  )
    .option('--alg <alg>', 'RS256, RS512, ES256, ES512, EdDSA, and what else the server signs with', 'RS256')
    .option('--use <use>', 'sig or enc', 'sig')
    .option('--public', 'show only the public half');

  apiCommand<{ readonly public?: true }>(
    verbs.get,
    surroundings,
    {
      usage: 'jwk <sets...>',
      aliases,
      description: 'Show key sets; private halves only where they may leave, and for the role key-operator.',
      examples: ['cardea get jwk hydra.openid.id-token --public --format json'],
    },
    async ({ api, show }, options, sets) => {
      const { done, fail } = await forEach(sets, surroundings, async (set) =>
        visible(set, await api.call('GET', path(set), noSet(set)), options.public),
      );
      if (done.length > 0) show(showSets(done));
      fail();
    },
  ).option('--public', 'show only the public halves');

  apiCommand<Meant>(
    verbs.delete,
    surroundings,
    {
      usage: 'jwk <sets...>',
      aliases,
      description: 'Delete key sets for good. What they signed is refused from then on.',
      examples: [
        'cardea delete jwk my-set',
        'cardea delete jwk hydra.jwt.access-token --confirm hydra.jwt.access-token',
      ],
    },
    async ({ api, show }, { confirm }, sets) => {
      const { done, fail } = await forEach(sets, surroundings, async (set) => {
        await api.call('DELETE', path(set), { query: { confirm }, ...noSet(set) });
        return set;
      });
      if (done.length > 0) show(showIds(done, 'SET ID'));
      fail();
    },
  ).option('--confirm <set>', confirmHelp);

  apiCommand<KeyDefaults & Meant>(
    verbs.import,
    surroundings,
    {
      usage: 'jwk <set> <files...>',
      aliases,
      description: 'Put keys from files into a set: JWK, JWKS, PEM or DER. A key of the same id is replaced.',
      examples: ['cardea import jwk my-set key.pem --alg RS256', 'cardea import jwk my-set keys.json'],
    },
    async ({ api, show }, options, [set = '', ...files]) => {
      const keys = files.flatMap((file) => keysFrom(file, options));
      const query = { confirm: options.confirm };
      for (const key of keys) await api.call('PUT', `${path(set)}/${segment(key.kid)}`, { json: key, query });
      show(showSets([visible(set, { keys }, true)]));
    },
  )
    .option('--use <use>', 'sig or enc, for keys that do not say it', 'sig')
    .option('--alg <alg>', 'algorithm, for keys that do not say it; a must for PEM and DER')
    .option('--confirm <set>', confirmHelp);
}

const privateMembers = new Set(['d', 'p', 'q', 'dp', 'dq', 'qi', 'oth', 'k', 'priv']);

function visible(set: string, answer: unknown, publicOnly: boolean | undefined): KeySet {
  const { keys } = answer as { keys: Jwk[] };
  if (publicOnly !== true) return { set, keys };
  const half = (key: Jwk) =>
    Object.fromEntries(Object.entries(key).filter(([name]) => !privateMembers.has(name))) as Jwk;
  return { set, keys: keys.map(half) };
}

const said =
  (member: string) =>
  ({ key }: { key: Jwk }): string => {
    const value = key[member];
    return typeof value === 'string' ? value : '';
  };

const columns: readonly Column<{ set: string; key: Jwk }>[] = [
  { title: 'SET ID', of: ({ set }) => set },
  { title: 'KEY ID', of: ({ key }) => key.kid },
  { title: 'ALGORITHM', of: said('alg') },
  { title: 'USE', of: said('use') },
];

function showSets(sets: readonly KeySet[]): Shown {
  const rows = sets.flatMap(({ set, keys }) => keys.map((key) => ({ set, key })));
  const list = showList(rows, columns, ({ key }) => key.kid);
  return { ...list, json: sets.length === 1 ? sets[0] : sets };
}
