// The kinds of members client JSON is made of: how each is read, and when it is written (hydra-wire §2.2: which are null,
// which are empty, which are not there at all).
import type { JsonObject } from '../json-members.js';
import { flagMember, member, parsedJson, textMember, textsMember, wrongType } from '../json-members.js';
import { formatDuration, parseDuration } from '../lifespan.js';
import type { ClientDocument as Client, LifespansDocument } from './document.js';

/** Members of the client that hold exactly a T. In tuples, so that `boolean` is not taken apart. */
type KeyOf<T> = {
  [K in keyof Client]-?: [T, Client[K]] extends [Client[K], T] ? K : never;
}[keyof Client];

/** One member of client JSON. */
export interface ClientField {
  readonly member: string;
  /** Takes the member out of a body; undefined for members only we write. */
  readonly read?: (body: JsonObject, client: Client) => void;
  /**
   * The member's value, or undefined to leave it out.
   *
   * @param sent the body this client was just made from, if it was
   */
  readonly write: (client: Client, sent: JsonObject | undefined) => unknown;
}

/** When an empty value is written: always, or not at all. */
type Empty = 'shown' | 'left out';

export function textField(name: string, key: KeyOf<string>, empty: Empty = 'left out'): ClientField {
  return {
    member: name,
    read: (body, client) => void (client[key] = textMember(body, name)),
    write: (client) => (client[key] === '' && empty === 'left out' ? undefined : client[key]),
  };
}

/** @param empty `null when new` shows null right after a body without it, and `[]` from then on */
export function listField(
  name: string,
  key: KeyOf<string[]>,
  empty: Empty | 'null when new' = 'left out',
): ClientField {
  return {
    member: name,
    read: (body, client) => void (client[key] = textsMember(body, name)),
    write(client, sent) {
      if (client[key].length > 0 || empty === 'shown') return client[key];
      if (empty === 'left out') return undefined;
      return sent !== undefined && member(sent, name) === undefined ? null : [];
    },
  };
}

export function flagField(name: string, key: KeyOf<boolean>, empty: Empty = 'left out'): ClientField {
  return {
    member: name,
    read: (body, client) => void (client[key] = flagMember(body, name)),
    write: (client) => (client[key] || empty === 'shown' ? client[key] : undefined),
  };
}

/** A flag that says nothing when it is absent. @param absent what is written then */
export function optionalFlagField(
  name: string,
  key: 'skipLogoutConsent' | 'logoutRevokesTokens',
  absent: null | undefined,
): ClientField {
  return {
    member: name,
    read: (body, client) => void (client[key] = member(body, name) === undefined ? undefined : flagMember(body, name)),
    write: (client) => client[key] ?? absent,
  };
}

/** Any JSON, `{}` when absent; `{}` is absent. */
export function jsonField(name: string, key: KeyOf<Buffer>): ClientField {
  return {
    member: name,
    read(body, client) {
      const text = JSON.stringify(member(body, name) ?? {});
      client[key] = Buffer.from(text === '{}' ? '' : text);
    },
    write: (client) => parsedJson(client[key], {}),
  };
}

/** An instant only we set, RFC 3339 in UTC. */
export function instantField(
  name: string,
  key: 'createdAt' | 'updatedAt',
  precision: 'seconds' | 'milliseconds',
): ClientField {
  return {
    member: name,
    write(client) {
      const text = client[key]?.toISOString();
      return precision === 'seconds' ? text?.replace(/\.\d+Z$/, 'Z') : text;
    },
  };
}

/** A lifetime as a Go duration such as `1h30m0s`, or null for the server's. */
export function lifespanField(name: string, key: keyof LifespansDocument): ClientField {
  return {
    member: name,
    read(body, client) {
      const value = member(body, name);
      if (value === undefined) return;
      const millis = typeof value === 'string' ? parseDuration(value === '0' ? '0s' : value) : undefined;
      if (millis === undefined) throw wrongType(name, 'a duration such as 1h30m');
      client.lifespans = { ...client.lifespans, [key]: millis };
    },
    write(client) {
      const millis = client.lifespans?.[key];
      return millis === undefined ? null : formatDuration(millis);
    },
  };
}
