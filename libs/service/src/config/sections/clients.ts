// How the addresses are asked that clients registered, and the operator's hooks.
import { z } from 'zod';
import { flag, list } from '../fields.js';

export const clients = () =>
  z
    .strictObject({
      http: z
        .strictObject({
          disallow_private_ip_ranges: flag({
            description:
              "Never connect to private, loopback and link-local addresses. By default so for addresses that clients registered (not in `hydra-compat` and `dev`), and not for the operator's hooks; set, it goes for all.",
          }).optional(),
          private_ip_exception_urls: list({
            description:
              'URLs that may be private all the same; `*` stands for what has no dot and slash in it, `**` for anything.',
          }).default([]),
        })
        .prefault({}),
    })
    .prefault({});
