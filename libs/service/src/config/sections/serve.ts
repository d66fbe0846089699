// Where each service listens, who may call it, where its peers are, and what its cookies look like.
import { z } from 'zod';
import { duration, flag, integer, list, oneOf, text } from '../fields.js';
import { adminListener, publicListener, tlsOfAll } from './listeners.js';

const tls = () =>
  z
    .strictObject({
      ca_file: text({ description: 'PEM file with the certificate authority of the peers.' }).optional(),
      cert_file: text({
        description: 'PEM file with our certificate; its URI or DNS names are who we are to peers.',
      }).optional(),
      key_file: text({ description: 'PEM file with the private key of our certificate.' }).optional(),
    })
    .prefault({});

const allow = (description: string) => list({ description }).default([]);

export const serve = () =>
  z
    .strictObject({
      tls: tlsOfAll(),
      public: publicListener(),
      admin: adminListener(),
      token: z
        .strictObject({
          address: text({ description: 'Where the token service answers gRPC: `host:port` or `unix:/path`.' }).default(
            '127.0.0.1:4450',
          ),
          tls: tls(),
          allow: z
            .strictObject({
              gateway: allow('Certificate names of gateways.'),
              admin: allow('Certificate names of admin services.'),
              introspection: allow('Certificate names of further internal services that may introspect tokens.'),
              worker: allow('Certificate names of workers: they may have logout notifications signed that are due.'),
            })
            .prefault({}),
        })
        .prefault({}),
      keys: z
        .strictObject({
          address: text({ description: 'Where the keys service answers gRPC: `unix:/path` or `host:port`.' }).default(
            '127.0.0.1:4451',
          ),
          tls: tls(),
          allow: z
            .strictObject({
              token: allow('Certificate names of token services: the only ones that may have something signed.'),
              admin: allow('Certificate names of admin services: they may create and list keys.'),
              prober: allow(
                'Certificate names of probers that compare what is published with what keys says: they may list keys.',
              ),
            })
            .prefault({}),
        })
        .prefault({}),
      management: z
        .strictObject({
          host: text({ description: 'Address of the management ports (health, metrics).' }).default('127.0.0.1'),
          gateway: integer({ description: 'Management port of the gateway.' }, 0, 65_535).default(4460),
          admin: integer({ description: 'Management port of the admin service.' }, 0, 65_535).default(4461),
          token: integer({ description: 'Management port of the token service.' }, 0, 65_535).default(4462),
          worker: integer({ description: 'Management port of the worker.' }, 0, 65_535).default(4463),
          keys: integer({ description: 'Management port of the keys service.' }, 0, 65_535).default(4464),
          controller: integer(
            { description: 'Management port of the controller of Kubernetes resources.' },
            0,
            65_535,
          ).default(4465),
        })
        .prefault({}),
      drain_grace: duration({
        description:
          'How long a service that was told to stop stays up after it stopped being ready, so that load balancers notice. Clients then have as long, one second at least and five at most, to leave the connections that they have.',
      }).prefault('0s'),
      cookies: z
        .strictObject({
          domain: text({ description: 'Domain attribute of cookies; unset binds them to the host.' }).optional(),
          secure: flag({ description: 'Secure attribute; by default set when the issuer is https.' }).optional(),
          same_site_mode: oneOf(['Strict', 'Lax', 'None'], {
            description: 'SameSite attribute; by default None when the issuer is https, else Lax.',
          }).optional(),
          same_site_legacy_workaround: flag({
            description:
              'Send each flow cookie a second time without SameSite, for browsers of before 2020 that mistake `None`.',
          }).default(false),
          paths: z
            .strictObject({
              session: z
                .string()
                .regex(/^\/[\x21-\x3a\x3c-\x7e]*$/, 'must be a path')
                .meta({ description: 'Path of the cookie that remembers a login; it must hold /oauth2.' })
                .default('/'),
            })
            .prefault({}),
          names: z
            .strictObject({
              session: text({ description: 'Name of the cookie that remembers a login.' }).default('ory_hydra_session'),
              login_csrf: text({
                description: 'Name of the cookie that binds a login to its browser; a suffix tells clients apart.',
              }).default('ory_hydra_login_csrf'),
              consent_csrf: text({ description: 'Name of the cookie that binds a consent to its browser.' }).default(
                'ory_hydra_consent_csrf',
              ),
              device_csrf: text({
                description: 'Name of the cookie that binds a device verification to its browser.',
              }).default('ory_hydra_device_csrf'),
            })
            .prefault({}),
        })
        .prefault({}),
    })
    .prefault({});

const peer = (gather: boolean) =>
  z
    .strictObject({
      addresses: list({
        description: 'Where it answers gRPC, one address a replica; by default its own `serve` address.',
      }).default([]),
      gather: flag({
        description:
          'Whether calls are gathered at one replica as long as it is enough for them, but for a few that keep the others in practice: what comes together is cheaper. `false` gives all of them the same.',
      }).default(gather),
      tls: tls(),
    })
    .prefault({});

export const peers = () => z.strictObject({ token: peer(true), keys: peer(false) }).prefault({});
