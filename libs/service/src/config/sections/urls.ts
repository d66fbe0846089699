// Our own addresses, and the pages of the apps that log people in.
import { z } from 'zod';
import { url } from '../fields.js';
import { identityProvider } from './identity-provider.js';

export const urls = () =>
  z
    .strictObject({
      self: z
        .strictObject({
          issuer: url({ description: 'The issuer, exactly as it stands in tokens and discovery.' }).optional(),
          public: url({ description: 'Base URL of the public endpoints; by default the issuer.' }).optional(),
          admin: url({ description: 'Base URL of the admin API, for documents that name it.' }).optional(),
        })
        .prefault({}),
      login: url({ description: 'Page of the login app.' }).optional(),
      registration: url({ description: 'Page where new users sign up; by default the login page.' }).optional(),
      consent: url({ description: 'Page of the consent app.' }).optional(),
      logout: url({ description: 'Page that asks before a logout.' }).optional(),
      error: url({ description: 'Page that shows errors which cannot be sent to a client.' }).optional(),
      device: z
        .strictObject({
          verification: url({ description: 'Page where users of devices type their code.' }).optional(),
          success: url({ description: 'Page that tells them that the device is let in.' }).optional(),
        })
        .prefault({}),
      post_logout_redirect: url({
        description: 'Where browsers land after a logout without a registered address.',
      }).optional(),
      identity_provider: identityProvider(),
    })
    .prefault({});
