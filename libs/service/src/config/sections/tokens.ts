// What tokens look like, how long they live, and what grants ask for.
import { z } from 'zod';
import { duration, flag, integer, list, oneOf } from '../fields.js';
import { deviceAuthorization } from './device.js';
import { hashers } from './hashers.js';
import { hook } from './hooks.js';

export const strategies = () =>
  z
    .strictObject({
      access_token: oneOf(['opaque', 'jwt'], { description: 'Form of access tokens; clients may differ.' }).default(
        'opaque',
      ),
      scope: oneOf(['wildcard', 'exact'], { description: 'How a requested scope matches a registered one.' }).default(
        'wildcard',
      ),
      jwt: z
        .strictObject({
          scope_claim: oneOf(['list', 'string', 'both'], {
            description:
              'Where JWT access tokens say their scopes: `scp` as a list, `scope` as a text, or both. By default as oauth2.access_token_format has it.',
          }).optional(),
        })
        .prefault({}),
    })
    .prefault({});

export const ttl = () =>
  z
    .strictObject({
      login_consent_request: duration({ description: 'Time to log in and consent.' }).prefault('30m'),
      access_token: duration({ description: 'Lifetime of access tokens.' }).prefault('1h'),
      refresh_token: duration(
        { description: 'Lifetime of refresh tokens, renewed at each use; -1 means no end.' },
        { endless: true },
      ).prefault('720h'),
      id_token: duration({ description: 'Lifetime of ID tokens.' }).prefault('1h'),
      auth_code: duration({ description: 'Lifetime of authorization codes.' }).prefault('10m'),
      device_user_code: duration({ description: 'Time to type a user code and approve the device.' }).prefault('10m'),
      authentication_session: duration({
        description: 'How long a login is remembered when the login app does not say.',
      }).prefault('720h'),
    })
    .prefault({});

export const oauth2 = () =>
  z
    .strictObject({
      access_token_format: oneOf(['rfc9068', 'hydra'], { description: 'Shape of JWT access tokens.' }).optional(),
      token_prefix: z
        .string()
        .regex(/^[a-z][a-z0-9]{1,15}$/, 'must be 2 to 16 lower-case letters and digits')
        .meta({ description: 'What opaque tokens begin with, before `_at_` and its like.' })
        .default('ory'),
      hashers: hashers(),
      pkce: z
        .strictObject({
          enforced: flag({ description: 'Require PKCE of every client.' }).default(false),
          enforced_for_public_clients: flag({
            description: 'Require PKCE of public clients. By default so, but not in `hydra-compat`.',
          }).optional(),
        })
        .prefault({}),
      allowed_top_level_claims: list({
        description: 'Claims of the consent app that stand at the top of JWT access tokens; reserved names never do.',
      }).default([]),
      mirror_top_level_claims: flag({
        description: "Repeat all claims of the consent app under `ext`, in Hydra's format of JWT access tokens.",
      }).default(true),
      preserve_ext_claims: flag({
        description: 'Without mirroring: keep the claims under `ext` that do not stand at the top.',
      }).default(false),
      exclude_not_before_claim: flag({ description: 'Leave `nbf` out of JWT access tokens.' }).default(false),
      client_credentials: z
        .strictObject({
          default_grant_allowed_scope: flag({
            description: 'Grant a client all its scopes when it asks for none by client_credentials.',
          }).default(false),
        })
        .prefault({}),
      audit_decisions: flag({
        description:
          'Put logins and consents that apps accept or reject on the audit record: client, scopes, and a keyed hash of the person.',
      }).default(false),
      device_authorization: deviceAuthorization(),
      token_hook: hook({
        description: 'Asked at each token request what the tokens are to say: a URL, or `{url, auth}` with an API key.',
      }),
      refresh_token_hook: hook({ description: 'The same for refreshes only, in an older shape; asked first.' }),
      grant: z
        .strictObject({
          jwt: z
            .strictObject({
              jti_optional: flag({ description: 'Whether an assertion may do without `jti`.' }).default(false),
              iat_optional: flag({ description: 'Whether an assertion may do without `iat`.' }).default(false),
              max_ttl: duration({ description: 'How long an assertion may be good for.' }).prefault('720h'),
              omit_assertion_audience: flag({
                description: "Whether tokens leave out the assertion's own audience.",
              }).default(true),
            })
            .prefault({}),
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
