// How secrets are hashed that people chose; those we make need no slow hash (docs/decisions/0011).
import { z } from 'zod';
import { integer, oneOf } from '../fields.js';

export const hashers = () =>
  z
    .strictObject({
      algorithm: oneOf(['pbkdf2', 'bcrypt'], {
        description: 'Hash of client secrets that somebody chose; hashes of both kinds are always understood.',
      }).default('pbkdf2'),
      bcrypt: z
        .strictObject({
          cost: integer({ description: 'Cost of a bcrypt hash; each step doubles it.' }, 4, 31).default(10),
        })
        .prefault({}),
      pbkdf2: z
        .strictObject({
          iterations: integer({ description: 'Iterations of a PBKDF2 hash.' }, 1, 9_999_999).default(25_000),
        })
        .prefault({}),
    })
    .prefault({});
