// Web hooks: an address, and how we say who we are (hydra-wire §4.7).
import { z } from 'zod';

const address = () =>
  z
    .string()
    .refine((value) => /^https?:\/\//.test(value) && URL.canParse(value), 'must be an absolute http or https URL');

/** A URL, or `{url, auth}` as Hydra has it. */
export const hook = (facts: { description: string }) =>
  z
    .preprocess(
      (value) => (typeof value === 'string' ? (value === '' ? undefined : { url: value }) : value),
      z
        .strictObject({
          url: address(),
          auth: z
            .strictObject({
              type: z.literal('api_key'),
              config: z.strictObject({
                in: z.enum(['header', 'cookie']).default('header'),
                name: z.string().regex(/^[A-Za-z0-9!#$%&'*+.^_`|~-]+$/, 'must be the name of a header or cookie'),
                value: z.string().regex(/^[\x20-\x7e]+$/, 'must be printable ASCII'),
              }),
            })
            .optional(),
        })
        .optional(),
    )
    .meta(facts);
