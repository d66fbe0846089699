// What has to happen so that the server is as the files say; pure, and it never holds a secret that is to be printed.
import { clientJson, emptyClient, readClient } from '@cardea/oauth';
import type { Json } from '../api/client.js';
import { isObject } from '../documents.js';
import { Failure } from '../failure.js';
import type { Desired, Wanted } from './files.js';

/** One member that differs. */
export interface Difference {
  readonly member: string;
  readonly now: unknown;
  readonly wanted: unknown;
}

export interface Step {
  readonly action: 'create' | 'change' | 'delete';
  readonly kind: 'client' | 'trusted issuer';
  readonly name: string;
  /** Of what there is; empty for what is to be created. */
  readonly id: string;
  /** What is sent; nothing for a deletion. */
  readonly body?: Json;
  readonly differences: readonly Difference[];
}

export interface Plan {
  readonly steps: readonly Step[];
  readonly unchanged: number;
}

/** Where a client says which files it comes from; only what says so is pruned. */
const marker = 'cardea_apply';

/** What the server fills in where nobody says it: a file without them is content with any. */
const filledIn = new Set([
  ...['grant_types', 'response_types', 'scope', 'subject_type', 'token_endpoint_auth_method'],
  ...['userinfo_signed_response_alg', 'created_at', 'updated_at', 'client_secret_expires_at', 'skip_logout_consent'],
]);

export interface Situation {
  readonly desired: Desired;
  readonly clients: readonly Json[];
  readonly issuers: readonly Json[];
  /** Name of the set of files. */
  readonly set: string;
  readonly prune: boolean;
  /** Whether secrets of the files are sent to clients that exist; whether they differ, nobody can see. */
  readonly secrets: boolean;
}

export function planOf(situation: Situation): Plan {
  const clients = situation.desired.clients.map((wanted) => clientStep(wanted, situation));
  const issuers = situation.desired.issuers.map((wanted) => issuerStep(wanted, situation.issuers));
  const wishes = [...clients, ...issuers];
  const steps = wishes.filter((step) => step !== undefined);
  const gone = situation.prune ? [...goneClients(situation), ...goneIssuers(situation)] : [];
  return { steps: [...steps, ...gone], unchanged: wishes.length - steps.length };
}

function clientStep({ from, members }: Wanted, { clients, set, secrets }: Situation): Step | undefined {
  const { client_secret: secret, ...rest } = members;
  const name = String(members['client_id']);
  const metadata = rest['metadata'] ?? {};
  if (!isObject(metadata))
    throw new Failure(`${from}: metadata of ${name} must be an object, so that it can be marked as applied`);
  const marked = { ...rest, metadata: { ...metadata, [marker]: set } };
  const present = clients.find((client) => client['client_id'] === name);
  const kind = 'client';
  const spelled = spelling(marked, from);
  if (present === undefined) {
    const body = secret === undefined ? marked : { ...marked, client_secret: secret };
    return { action: 'create', kind, name, id: '', body, differences: [] };
  }
  const differences = differencesOf(present, marked, spelled);
  const again = secrets && secret !== undefined;
  if (differences.length === 0 && !again) return undefined;
  const shown = again
    ? [...differences, { member: 'client_secret', now: '(hidden)', wanted: '(hidden)' }]
    : differences;
  return {
    action: 'change',
    kind,
    name,
    id: name,
    body: again ? { ...marked, client_secret: secret } : marked,
    differences: shown,
  };
}

/** What the server keeps otherwise than it was told; the next run would find it again. */
export function keptOtherwise(kept: Json, sent: Json): readonly Difference[] {
  const { client_secret: _secret, ...rest } = sent;
  // Only what was said: the answer also has secrets, which are nobody's to print.
  return differencesOf(kept, rest, spelling(rest, '')).filter(({ member }) => Object.hasOwn(rest, member));
}

/** Members by members, each spelled as the server spells it. */
function differencesOf(present: Json, wanted: Json, spelled: Json): Difference[] {
  const empty = clientJson(emptyClient());
  const names = [...new Set([...Object.keys(wanted), ...Object.keys(present)])].filter((name) => name !== 'client_id');
  return names.flatMap((member) => {
    const said = member in wanted;
    if (!said && filledIn.has(member)) return [];
    const then = said ? (spelled[member] ?? null) : (empty[member] ?? null);
    const now = present[member] ?? null;
    return same(now, then) ? [] : [{ member, now, wanted: then }];
  });
}

function spelling(wanted: Json, from: string): Json {
  try {
    return clientJson(readClient(wanted).client);
  } catch (cause) {
    throw new Failure(`${from}: ${String(wanted['client_id'])}: ${(cause as Error).message}`, undefined, { cause });
  }
}

/** Nothing, and an empty text, list or object, say the same. */
function same(a: unknown, b: unknown): boolean {
  return JSON.stringify(sorted(a)) === JSON.stringify(sorted(b)) || (isEmpty(a) && isEmpty(b));
}

const isEmpty = (value: unknown): boolean =>
  value === null ||
  value === '' ||
  value === false ||
  (Array.isArray(value) && value.length === 0) ||
  (isObject(value) && Object.keys(value).length === 0);

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (!isObject(value)) return value;
  return Object.fromEntries(
    Object.entries(value)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([name, of]) => [name, sorted(of)]),
  );
}

function goneClients({ clients, desired, set }: Situation): Step[] {
  const kept = new Set(desired.clients.map(({ members }) => members['client_id']));
  return clients
    .filter(({ client_id: id, metadata }) => !kept.has(id) && isObject(metadata) && metadata[marker] === set)
    .map(({ client_id: id }) => deletion('client', String(id), String(id)));
}

const deletion = (kind: Step['kind'], name: string, id: string): Step => ({
  action: 'delete',
  kind,
  name,
  id,
  differences: [],
});

/** Issuer, subject and key: what an entry is, however it is spelled. */
function identity(entry: Json): string {
  const key = entry['jwk'] ?? entry['public_key'];
  const subject = entry['allow_any_subject'] === true ? null : entry['subject'];
  return JSON.stringify([entry['issuer'], subject, isObject(key) ? key['kid'] : null]);
}

function nameOf(entry: Json): string {
  const whom = entry['allow_any_subject'] === true ? 'anybody' : String(entry['subject']);
  return `${String(entry['issuer'])} about ${whom}`;
}

function issuerStep({ members }: Wanted, issuers: readonly Json[]): Step | undefined {
  const present = issuers.find((entry) => identity(entry) === identity(members));
  const body = { scope: [], ...members };
  const named = { kind: 'trusted issuer', name: nameOf(members), body } as const;
  if (present === undefined) return { action: 'create', ...named, id: '', differences: [] };
  const differences: Difference[] = [];
  if (!same(present['scope'], body['scope'])) {
    differences.push({ member: 'scope', now: present['scope'], wanted: body['scope'] });
  }
  const seconds = (entry: Json) => Math.floor(new Date(String(entry['expires_at'])).getTime() / 1000);
  if (seconds(present) !== seconds(members)) {
    differences.push({ member: 'expires_at', now: present['expires_at'], wanted: members['expires_at'] });
  }
  return differences.length === 0 ? undefined : { action: 'change', ...named, id: String(present['id']), differences };
}

/** Where the files have a list of issuers, it is the whole of it. */
function goneIssuers({ issuers, desired }: Situation): Step[] {
  if (!desired.listsIssuers) return [];
  const kept = new Set(desired.issuers.map(({ members }) => identity(members)));
  return issuers
    .filter((entry) => !kept.has(identity(entry)))
    .map((entry) => deletion('trusted issuer', nameOf(entry), String(entry['id'])));
}
