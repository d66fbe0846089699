// What of OpenID Connect an operator may decide: subjects, request objects, session management.
import { z } from 'zod';
import { flag, list } from '../fields.js';
import { dynamicClientRegistration } from './registration.js';

const subjectTypes = ['public', 'pairwise'];
const shortestSalt = 8;
const supportedTypes = { description: 'Kinds of subjects clients may ask for: `public`, `pairwise`, or both.' };

const subjectIdentifiers = () =>
  z
    .strictObject({
      supported_types: list(supportedTypes)
        .refine((types) => types.length > 0 && types.every((type) => subjectTypes.includes(type)), {
          message: 'must list public, pairwise, or both',
        })
        .meta(supportedTypes)
        .default(['public']),
      pairwise: z
        .strictObject({
          salt: z
            .string()
            .min(shortestSalt)
            .meta({
              description: 'Goes into every pairwise subject: changed, it changes all of them. At least 8 characters.',
              secret: true,
            })
            .optional(),
        })
        .prefault({}),
    })
    .refine(({ supported_types, pairwise }) => !supported_types.includes('pairwise') || pairwise.salt !== undefined, {
      message: 'pairwise subjects need oidc.subject_identifiers.pairwise.salt',
      path: ['pairwise', 'salt'],
    })
    .prefault({});

export const oidc = () =>
  z
    .strictObject({
      subject_identifiers: subjectIdentifiers(),
      dynamic_client_registration: dynamicClientRegistration(),
      request_objects: z
        .strictObject({
          by_value: flag({ description: 'Whether clients may send signed requests (`request`).' }).default(true),
          by_reference: flag({
            description: 'Whether clients may name a registered address of one (`request_uri`), which is fetched.',
          }).default(true),
        })
        .prefault({}),
      logout: z
        .strictObject({
          revoke_tokens: flag({
            description:
              'End the tokens that were issued in a login session with it, of every client whose `logout_revokes_tokens` says nothing. By default they live on, as in Hydra.',
          }).default(false),
        })
        .prefault({}),
      session_management: z
        .strictObject({
          enabled: flag({
            description:
              'Offer `check_session_iframe` and `session_state`. By default so, but not in `hydra-compat`, which has no such thing.',
          }).optional(),
        })
        .prefault({}),
    })
    .prefault({});
