// Reads what should be from a directory: clients and trusted issuers in YAML or JSON, mistakes told before anything is done.
import { readdirSync, statSync } from 'node:fs';
import path from 'node:path';
import { readOrFail } from '../api/endpoint.js';
import { documentsOf, isObject } from '../documents.js';
import { Failure } from '../failure.js';
import type { Surroundings } from '../main.js';

/** One thing that a file wants to be. */
export interface Wanted {
  /** The file, for mistakes. */
  readonly from: string;
  readonly members: Readonly<Record<string, unknown>>;
}

export interface Desired {
  readonly clients: readonly Wanted[];
  readonly issuers: readonly Wanted[];
  /** Whether a file has the list of issuers, which is then all there should be. */
  readonly listsIssuers: boolean;
}

type Gathered = { clients: Wanted[]; issuers: Wanted[]; listsIssuers: boolean };

const kinds = /\.(ya?ml|json)$/i;

/** @param places files, directories (with what is below them), or `-` @throws {Failure} naming the file, and the line where YAML is broken */
export async function readDesired(places: readonly string[], surroundings: Surroundings): Promise<Desired> {
  const gathered: Gathered = { clients: [], issuers: [], listsIssuers: false };
  for (const file of places.flatMap(filesIn)) {
    const documents = await documentsOf(file, surroundings);
    for (const document of documents) gather(document, file, gathered, surroundings.env);
  }
  refuseTwins(gathered.clients, 'client_id');
  return gathered;
}

function filesIn(place: string): string[] {
  if (place === '-') return [place];
  const found = statSync(place, { throwIfNoEntry: false });
  if (found === undefined) throw new Failure(`${place}: there is no such file or directory`);
  if (!found.isDirectory()) return [place];
  const files = readdirSync(place, { recursive: true, encoding: 'utf8' })
    .filter((name) => kinds.test(name))
    .map((name) => path.join(place, name))
    .sort();
  if (files.length === 0) throw new Failure(`${place}: holds no .yaml, .yml or .json file`);
  return files;
}

function gather(document: unknown, from: string, into: Gathered, env: Surroundings['env']): void {
  if (document === null || document === undefined) return;
  if (!isObject(document))
    throw new Failure(`${from}: must hold \`clients:\`, \`trusted_issuers:\`, or one client or issuer`);
  const { clients, trusted_issuers: issuers, ...rest } = document;
  if (clients === undefined && issuers === undefined) {
    if ('client_id' in document) into.clients.push(client(document, from, env));
    else if ('issuer' in document) into.issuers.push(issuer(document, from));
    else
      throw new Failure(
        `${from}: has neither \`clients:\` nor \`trusted_issuers:\`, nor is it a client (\`client_id:\`)`,
      );
    return;
  }
  const [stray] = Object.keys(rest);
  if (stray !== undefined)
    throw new Failure(`${from}: ${stray} means nothing beside \`clients:\` and \`trusted_issuers:\``);
  into.clients.push(...entries(clients, from, 'clients').map((entry) => client(entry, from, env)));
  into.issuers.push(...entries(issuers, from, 'trusted_issuers').map((entry) => issuer(entry, from)));
  into.listsIssuers ||= issuers !== undefined;
}

function entries(list: unknown, from: string, name: string): Record<string, unknown>[] {
  if (list === undefined || list === null) return [];
  if (Array.isArray(list) && list.every(isObject)) return list;
  throw new Failure(`${from}: ${name} must be a list, each entry beginning with \`- \``);
}

/** What the server says of a client and nobody decides: files may be what `cardea get client` printed. */
const readOnly = [
  'created_at',
  'updated_at',
  'client_secret_expires_at',
  'registration_access_token',
  'registration_client_uri',
];

function client(document: Record<string, unknown>, from: string, env: Surroundings['env']): Wanted {
  const id = document['client_id'];
  if (typeof id !== 'string' || id === '') throw new Failure(`${from}: each client must have a client_id, a text`);
  const members = Object.fromEntries(Object.entries(document).filter(([name]) => !readOnly.includes(name)));
  const secret = members['client_secret'];
  if (isObject(secret)) members['client_secret'] = secretFrom(secret, from, id, env);
  return { from, members };
}

/** Secrets stay out of files that go into version control: `{ env: NAME }` or `{ file: PATH }`. */
function secretFrom(source: Record<string, unknown>, from: string, id: string, env: Surroundings['env']): string {
  const { env: name, file } = source;
  if (typeof name === 'string' && file === undefined) {
    const value = env[name] ?? '';
    if (value === '') throw new Failure(`${from}: the secret of ${id} is to come from ${name}, which is not set`);
    return value;
  }
  if (typeof file === 'string' && name === undefined) {
    return readOrFail(path.resolve(path.dirname(from), file))
      .toString('utf8')
      .trim();
  }
  throw new Failure(`${from}: client_secret of ${id} must be a text, \`{ env: NAME }\` or \`{ file: PATH }\``);
}

function issuer(members: Record<string, unknown>, from: string): Wanted {
  const { jwk, subject, allow_any_subject: any, expires_at: expiry } = members;
  const name = String(members['issuer']);
  if (!isObject(jwk) || typeof jwk['kid'] !== 'string') {
    throw new Failure(`${from}: trusted issuer ${name} must have jwk, a public key with kid`);
  }
  if ('d' in jwk || 'k' in jwk)
    throw new Failure(`${from}: trusted issuer ${name}: jwk is a private key; give its public half`);
  if ((typeof subject === 'string' && subject !== '') === (any === true)) {
    throw new Failure(`${from}: trusted issuer ${name} must have either subject, or allow_any_subject: true`);
  }
  const instant = expiry instanceof Date ? expiry : new Date(String(expiry));
  if (Number.isNaN(instant.getTime())) {
    throw new Failure(`${from}: trusted issuer ${name} must have expires_at, such as 2030-01-31T00:00:00Z`);
  }
  return { from, members: { ...members, expires_at: instant.toISOString() } };
}

function refuseTwins(all: readonly Wanted[], member: string): void {
  const seen = new Map<unknown, string>();
  for (const { from, members } of all) {
    const id = members[member];
    const before = seen.get(id);
    if (before !== undefined) throw new Failure(`${from}: ${String(id)} is in ${before} already`);
    seen.set(id, from);
  }
}
