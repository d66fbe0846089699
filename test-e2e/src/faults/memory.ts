// The client's memory while it works: names what it was given, finds it again, and keeps what was not yet acknowledged.
import type { Ask, End, Family, Memory, OnceHistory, Span, TokenHistory } from './history.js';
import type { Signed } from './ledger.js';
import { signedInput } from './ledger.js';

/** A token with its text, which no report may show. */
export interface Held extends TokenHistory {
  readonly text: string;
  readonly client: Client;
}

/** A client of the provider that this driver plays. */
export interface Client {
  readonly id: string;
  /** Whether its access tokens are JWTs. */
  readonly signing: boolean;
  /** Headers that authenticate it. */
  readonly headers: Readonly<Record<string, string>>;
}

/** A family that may be refreshed. */
export interface HeldFamily extends Family {
  readonly client: Client;
  readonly held: Held[];
  /** The refresh token in force and the access token beside it, as far as we were told. */
  current: { readonly refresh: Held; readonly access: Held; readonly once: OnceHistory } | undefined;
}

/** An operation that ends something and must be repeated until it is acknowledged. */
export interface Unfinished {
  readonly end: End;
  /** @returns whether it was acknowledged */
  readonly again: () => Promise<boolean>;
}

export interface WorkingMemory extends Memory {
  readonly tokens: Held[];
  readonly families: HeldFamily[];
  readonly onces: OnceHistory[];
  readonly unfinished: Set<Unfinished>;
  readonly asks: Ask[];
  /** Every JWT it was given. */
  readonly signed: Signed[];
  /** Remembers a JWT; anything else is left alone. */
  sign(text: string): void;
  family(subject: string, client: Client): HeldFamily;
  once(kind: OnceHistory['kind'], family: Family | undefined): OnceHistory;
  /** Remembers a token, or answers it when it is known. @param seconds it lives */
  token(given: {
    text: string;
    kind: Held['kind'];
    client: Client;
    family: HeldFamily | undefined;
    born: Span;
    seconds: number;
  }): {
    readonly held: Held;
    readonly known: boolean;
  };
}

export function createMemory(): WorkingMemory {
  const byText = new Map<string, Held>();
  const counts = new Map<string, number>();
  const named = (what: string) => {
    const count = (counts.get(what) ?? 0) + 1;
    counts.set(what, count);
    return `${what}-${String(count)}`;
  };
  const memory: WorkingMemory = {
    tokens: [],
    families: [],
    onces: [],
    unfinished: new Set(),
    asks: [],
    signed: [],
    sign(text) {
      const input = signedInput(text);
      if (input !== undefined) memory.signed.push({ name: named('jwt'), input });
    },
    family(subject, client) {
      const family: HeldFamily = { name: named('family'), subject, client, ends: [], held: [], current: undefined };
      memory.families.push(family);
      return family;
    },
    once(kind, family) {
      const once: OnceHistory = { name: named(kind), kind, family, presentations: [] };
      memory.onces.push(once);
      return once;
    },
    token({ text, kind, client, family, born, seconds }) {
      const known = byText.get(text);
      if (known !== undefined) return { held: known, known: true };
      const expires = born.sent + seconds * 1_000;
      const held: Held = { name: named(kind), kind, text, client, family, born, expires, ends: [], sightings: [] };
      byText.set(text, held);
      memory.sign(text);
      memory.tokens.push(held);
      family?.held.push(held);
      return { held, known: false };
    },
  };
  return memory;
}
