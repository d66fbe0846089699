// Which members clients and issuers have, as the server's own OpenAPI document says it: a mistyped one must not be dropped in silence.
import type { Api } from '../api/client.js';
import { isObject } from '../documents.js';
import { Failure } from '../failure.js';
import type { Desired, Wanted } from './files.js';

const issuerMembers = ['issuer', 'subject', 'allow_any_subject', 'scope', 'jwk', 'expires_at'];

/** @throws {Failure} naming file, member and the one that was perhaps meant */
export async function refuseUnknownMembers({ clients, issuers }: Desired, api: Api): Promise<void> {
  refuse(issuers, issuerMembers, 'issuer');
  if (clients.length === 0) return;
  const document = await api.call('GET', '/admin/openapi.json');
  const steps = ['components', 'schemas', 'oAuth2ClientInput', 'properties'];
  const properties = steps.reduce<unknown>((node, step) => (isObject(node) ? node[step] : undefined), document);
  if (!isObject(properties))
    throw new Failure(`${api.url} does not say which members clients have: is it Cardea's admin API?`);
  refuse(clients, Object.keys(properties), 'client_id');
}

function refuse(all: readonly Wanted[], known: readonly string[], id: string): void {
  for (const { from, members } of all) {
    const unknown = Object.keys(members).find((name) => !known.includes(name));
    if (unknown === undefined) continue;
    const nearest = [...known].sort((a, b) => distance(unknown, a) - distance(unknown, b))[0] ?? '';
    throw new Failure(
      `${from}: ${String(members[id])} has a member ${unknown}, which means nothing: is ${nearest} meant?`,
    );
  }
}

/** How many letters have to change (Levenshtein). */
function distance(a: string, b: string): number {
  let before = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let row = 1; row <= a.length; row++) {
    const next = [row];
    for (let column = 1; column <= b.length; column++) {
      const same = a[row - 1] === b[column - 1] ? 0 : 1;
      next.push(Math.min((before[column] ?? 0) + 1, (next[column - 1] ?? 0) + 1, (before[column - 1] ?? 0) + same));
    }
    before = next;
  }
  return before[b.length] ?? 0;
}
