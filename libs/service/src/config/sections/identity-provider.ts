// The system that owns the users, where its own sessions are to end with ours (hydra-wire §5.2).
import { z } from 'zod';
import { url } from '../fields.js';

const fromJson = (value: unknown): unknown => {
  if (typeof value !== 'string') return value;
  try {
    return JSON.parse(value) as unknown;
  } catch {
    return value;
  }
};

const headerName = /^[A-Za-z0-9!#$%&'*+.^_`|~-]+$/;
const headerValue = /^[\x20-\x7e]*$/;

/** Read as pairs, so that no name of a header is taken for a setting's. */
const headers = () =>
  z
    .preprocess(
      fromJson,
      z.record(z.string().regex(headerName), z.string().regex(headerValue)).transform((all) => Object.entries(all)),
    )
    .meta({ description: 'Headers it is asked with, by name, such as an `Authorization`.', secret: true });

export const identityProvider = () =>
  z
    .strictObject({
      url: url({
        description:
          'Base URL of the admin API of an Ory Kratos. When a login session ends that named one of its sessions, `DELETE /admin/sessions/{id}` ends that too.',
      }).optional(),
      headers: headers().optional(),
    })
    .prefault({});
