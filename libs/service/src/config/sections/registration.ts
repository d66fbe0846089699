// Dynamic client registration: whether clients may register themselves, who may, and what for (RFC 7591 §3).
import { z } from 'zod';
import { flag, list } from '../fields.js';

const shortestToken = 16;
const initialAccessToken = {
  description:
    'Registering needs one of these tokens, at least 16 characters each, as `Authorization: Bearer`. Without any, everybody may register.',
  secret: true,
};

export const dynamicClientRegistration = () =>
  z
    .strictObject({
      enabled: flag({ description: 'Whether clients may register themselves at /oauth2/register.' }).default(false),
      default_scope: list({
        description:
          '`scope` of a client that names none, whoever registers it. By default `offline_access offline openid`.',
      }).optional(),
      initial_access_token: list(initialAccessToken)
        .refine((tokens) => tokens.every((token) => token.length >= shortestToken), {
          message: `must have at least ${String(shortestToken)} characters`,
        })
        .meta(initialAccessToken)
        .default([]),
      allowed_grant_types: list({
        description:
          'Grant types that may be registered. By default those that a person has a hand in: `authorization_code`, `refresh_token`, `implicit` and the device flow; any in `hydra-compat`.',
      }).optional(),
    })
    .prefault({});
