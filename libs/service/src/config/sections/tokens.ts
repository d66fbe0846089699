// What tokens look like, how long they live, and what grants ask for.
import { z } from 'zod';
import { duration, flag, integer, oneOf } from '../fields.js';

export const strategies = z
  .strictObject({
    access_token: oneOf(['opaque', 'jwt'], { description: 'Form of access tokens; clients may differ.' }).default(
      'opaque',
    ),
    scope: oneOf(['wildcard', 'exact'], { description: 'How a requested scope matches a registered one.' }).default(
      'wildcard',
    ),
  })
  .prefault({});

export const ttl = z
  .strictObject({
    login_consent_request: duration({ description: 'Time to log in and consent.' }).prefault('30m'),
    access_token: duration({ description: 'Lifetime of access tokens.' }).prefault('1h'),
    refresh_token: duration(
      { description: 'Lifetime of refresh tokens, renewed at each use; -1 means no end.' },
      { endless: true },
    ).prefault('720h'),
    id_token: duration({ description: 'Lifetime of ID tokens.' }).prefault('1h'),
    auth_code: duration({ description: 'Lifetime of authorization codes.' }).prefault('10m'),
    authentication_session: duration({
      description: 'How long a login is remembered when the login app does not say.',
    }).prefault('720h'),
  })
  .prefault({});

export const oauth2 = z
  .strictObject({
    access_token_format: oneOf(['rfc9068', 'hydra'], { description: 'Shape of JWT access tokens.' }).optional(),
    token_prefix: z
      .string()
      .regex(/^[a-z][a-z0-9]{1,15}$/, 'must be 2 to 16 lower-case letters and digits')
      .meta({ description: 'What opaque tokens begin with, before `_at_` and its like.' })
      .default('ory'),
    pkce: z
      .strictObject({
        enforced: flag({ description: 'Require PKCE of every client.' }).default(false),
        enforced_for_public_clients: flag({ description: 'Require PKCE of public clients.' }).default(true),
      })
      .prefault({}),
    grant: z
      .strictObject({
        refresh_token: z
          .strictObject({
            rotation_grace_period: duration({
              description:
                'How long a used refresh token still answers its own client with the same successor. Longer forgives lost answers, shorter notices theft sooner.',
            }).prefault('10s'),
            rotation_grace_reuse_count: integer({
              description:
                'How often a refresh token may be used in all inside that period; 0 means as often as it likes.',
            }).default(0),
          })
          .prefault({}),
      })
      .prefault({}),
  })
  .prefault({});
