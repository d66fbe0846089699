// What the documents under /.well-known say beside what is known anyway.
import { z } from 'zod';
import { list } from '../fields.js';

export const webfinger = z
  .strictObject({
    jwks: z
      .strictObject({
        broadcast_keys: list({
          description: 'Key sets whose public keys are published in the JWKS; the two signing sets always are.',
        }).default(['hydra.openid.id-token']),
      })
      .prefault({}),
  })
  .prefault({});
