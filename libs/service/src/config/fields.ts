// The kinds of values a setting can have. Each takes what YAML gives and what an environment variable can say.
import { parseDuration } from '@cardea/oauth';
import { z } from 'zod';

/** Facts about a setting beside its type. */
// A type, not an interface: zod's metadata wants an index signature, which only aliases get.
export type FieldFacts = {
  /** One sentence for docs/configuration.md. */
  readonly description: string;
  /** May also be given as `<key>_file`, and never appears in a log. */
  readonly secret?: boolean;
};

const fromText =
  (read: (text: string) => unknown) =>
  (value: unknown): unknown =>
    typeof value === 'string' ? read(value) : value;

/** Plain text. */
export const text = (facts: FieldFacts) => z.string().min(1).meta(facts);

/** One of a few words. */
export const oneOf = <const T extends readonly [string, ...string[]]>(words: T, facts: FieldFacts) =>
  z.enum(words).meta(facts);

/** An absolute http(s) URL. */
export const url = (facts: FieldFacts) =>
  z
    .string()
    .refine((value) => /^https?:\/\//.test(value) && URL.canParse(value), 'must be an absolute http or https URL')
    .meta(facts);

/** Where a server is, as a URL of certain schemes; the part after them is for its driver to read. */
export const location = (schemes: readonly [string, ...string[]], facts: FieldFacts) =>
  z
    .string()
    .refine((value) => schemes.some((scheme) => value.startsWith(`${scheme}://`)), `must be a ${schemes[0]}:// URL`)
    .meta(facts);

/** A whole number. */
export const integer = (facts: FieldFacts, min = 0, max = Number.MAX_SAFE_INTEGER) =>
  z
    .preprocess(
      fromText((value) => (/^-?\d+$/.test(value) ? Number(value) : value)),
      z.int().min(min).max(max),
    )
    .meta(facts);

/** True or false. */
export const flag = (facts: FieldFacts) =>
  z
    .preprocess(
      fromText((value) => (value === 'true' ? true : value === 'false' ? false : value)),
      z.boolean(),
    )
    .meta(facts);

/** Several texts; an environment variable separates them by commas. */
export const list = (facts: FieldFacts) =>
  z
    .preprocess(
      fromText((value) =>
        value
          .split(',')
          .map((entry) => entry.trim())
          .filter((entry) => entry !== ''),
      ),
      z.array(z.string()),
    )
    .meta(facts);

/** A Go duration such as `1h30m`, read as milliseconds. With `endless` it may be -1, which stands for no end. */
export const duration = (facts: FieldFacts, { endless = false } = {}) =>
  z
    .union([z.string(), z.number()], 'must be a duration such as 30s, 10m or 1h30m')
    .transform((value, context) => {
      const millis = endless && String(value) === '-1' ? -1 : parseDuration(String(value));
      if (millis !== undefined) return millis;
      context.addIssue({ code: 'custom', message: 'must be a duration such as 30s, 10m or 1h30m' });
      return z.NEVER;
    })
    .meta(facts);
