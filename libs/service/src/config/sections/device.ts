// The device flow: how often devices ask, and what their users type (RFC 8628 §3.2, §6.1).
import { z } from 'zod';
import { duration, integer, oneOf } from '../fields.js';

const shortestUserCode = 6;
const fewestCharacters = 8;

const characterSet = () =>
  z
    .string()
    .min(fewestCharacters)
    .max(128)
    .regex(/^[\x21-\x7e]+$/, 'must be printable ASCII without spaces')
    .refine((text) => new Set(text).size === text.length, { message: 'must have each character once' })
    .meta({ description: 'Characters of user codes, at least 8; together with `length`, in place of a preset.' })
    .optional();

const userCode = () =>
  z
    .strictObject({
      entropy_preset: oneOf(['high', 'medium', 'low'], {
        description: 'User codes of 8 letters and digits, of 8 letters, or of 9 digits.',
      }).default('high'),
      length: integer({ description: 'Length of user codes, at least 6.' }, shortestUserCode, 64).optional(),
      character_set: characterSet(),
    })
    .refine(({ length, character_set }) => (length === undefined) === (character_set === undefined), {
      message: 'length and character_set need each other',
    })
    .prefault({});

export const deviceAuthorization = () =>
  z
    .strictObject({
      token_polling_interval: duration({ description: 'Time between two polls of a device.' }).prefault('5s'),
      user_code: userCode(),
    })
    .prefault({});
