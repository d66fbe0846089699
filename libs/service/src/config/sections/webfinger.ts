// What the discovery document says otherwise than the provider knows: endpoints that others serve, scopes and claims of the
// login app (hydra-wire §1.1).
import { z } from 'zod';
import { list, url } from '../fields.js';

export const webfinger = () =>
  z
    .strictObject({
      jwks: z
        .strictObject({
          broadcast_keys: list({
            description: 'Key sets whose public keys are published in the JWKS; the two signing sets always are.',
          }).default(['hydra.openid.id-token']),
        })
        .prefault({}),
      oidc_discovery: z
        .strictObject({
          auth_url: url({ description: 'Authorization endpoint to announce.' }).optional(),
          token_url: url({ description: 'Token endpoint to announce.' }).optional(),
          userinfo_url: url({ description: 'Userinfo endpoint to announce.' }).optional(),
          jwks_url: url({ description: 'JWKS address to announce.' }).optional(),
          device_authorization_url: url({ description: 'Device authorization endpoint to announce.' }).optional(),
          client_registration_url: url({ description: 'Registration endpoint to announce.' }).optional(),
          supported_claims: list({ description: 'Claims to announce beside our own.' }).default([]),
          supported_scope: list({ description: 'Scopes to announce beside our own.' }).default([]),
        })
        .prefault({}),
    })
    .prefault({});
