// What a client remembers of its tokens and codes: when it was told what, and by whom. Nothing here judges (security §4).

/** When a question left and its answer came: milliseconds since the epoch, of the one clock of the driver. */
export interface Span {
  readonly sent: number;
  readonly answered: number;
}

/** Something that may have ended a token. */
export interface End {
  readonly by: string;
  readonly sent: number;
  /** When a 2xx said that it has; undefined while nobody knows. */
  told?: number;
  /** Of a token that a refresh replaces: it goes alone, and its family goes on. */
  readonly replaced?: true;
}

/** What somebody said of a token. */
export interface Sighting extends Span {
  readonly verdict: 'live' | 'dead';
  /** Who said so, and to what question. */
  readonly by: string;
}

/** All tokens that came of one authorization: they end together. */
export interface Family {
  readonly name: string;
  readonly subject: string;
  readonly ends: End[];
}

export interface TokenHistory {
  readonly name: string;
  readonly kind: 'access' | 'refresh';
  /** Undefined for a token that a client holds for itself. */
  readonly family: Family | undefined;
  /** When its answer was asked for, and when it came. */
  readonly born: Span;
  /** Milliseconds since the epoch. */
  readonly expires: number;
  readonly ends: End[];
  readonly sightings: Sighting[];
}

/** How the presentation of something that is good for once went. */
export interface Presentation extends Span {
  /** `invalid` is a verdict, `unknown` is none: refused for now, or no answer. */
  readonly outcome: 'won' | 'invalid' | 'unknown';
  readonly by: string;
  /** Name of the refresh token, or else of the access token, that it brought. */
  readonly brought?: string;
}

/** A code, a refresh token or an assertion as something that is good for once. */
export interface OnceHistory {
  readonly name: string;
  readonly kind: 'code' | 'refresh' | 'assertion';
  readonly family: Family | undefined;
  readonly presentations: Presentation[];
}

/** One question, whatever it was about. */
export interface Ask extends Span {
  /** Such as `redeem`. */
  readonly what: string;
  readonly by: string;
  /** `absent`: nobody listened, so nothing was asked. `lost`: the connection broke. `late`: our patience ended. */
  readonly outcome: 'answered' | 'refused' | 'absent' | 'lost' | 'late';
  readonly status?: number;
  /** What is wrong with the answer, whatever it says. */
  readonly flaw?: string;
}

/** Everything one client remembers. */
export interface Memory {
  readonly tokens: TokenHistory[];
  readonly onces: OnceHistory[];
  readonly families: Family[];
}

/** Marks an end as acknowledged; the first acknowledgement counts. */
export function acknowledge(end: End, answered: number): void {
  end.told = Math.min(end.told ?? Infinity, answered);
}

/**
 * Whether a revocation that is acknowledged now has certainly ended the whole family: an access token that a refresh has replaced, or may
 * have replaced before the revocation was looked at, names no family any more, and 200 is the right answer to it (RFC 7009 §2.2).
 */
export const namesFamily = ({ kind, ends }: Pick<TokenHistory, 'kind' | 'ends'>): boolean =>
  kind === 'refresh' || !ends.some(({ replaced }) => replaced === true);

/** All ends of a token: its own and its family's. */
export const endsOf = (token: Pick<TokenHistory, 'ends' | 'family'>): readonly End[] => [
  ...token.ends,
  ...(token.family?.ends ?? []),
];
