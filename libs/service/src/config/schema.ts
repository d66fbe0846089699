// Every setting there is, once. Names follow Hydra's where the meaning is the same; types, validation, environment names
// and docs/configuration.md derive from this.
import { z } from 'zod';
import { duration, flag, integer, list, location, oneOf, text, url } from './fields.js';

const tls = z
  .strictObject({
    ca_file: text({ description: 'PEM file with the certificate authority of the peers.' }).optional(),
    cert_file: text({
      description: 'PEM file with our certificate; its URI or DNS names are who we are to peers.',
    }).optional(),
    key_file: text({ description: 'PEM file with the private key of our certificate.' }).optional(),
  })
  .prefault({});

const http = (port: number) =>
  z
    .strictObject({
      host: text({ description: 'Address to listen on.' }).default('127.0.0.1'),
      port: integer({ description: 'Port to listen on; 0 picks a free one.' }, 0, 65_535).default(port),
    })
    .prefault({});

const allow = (description: string) => list({ description }).default([]);

const serve = z
  .strictObject({
    public: http(4444),
    admin: http(4445)
      .unwrap()
      .extend({
        authentication: oneOf(['none'], {
          description:
            'How callers of the admin API prove themselves. `none` is accepted on loopback and unix sockets only.',
        }).default('none'),
      })
      .prefault({}),
    token: z
      .strictObject({
        address: text({ description: 'Where the token service answers gRPC: `host:port` or `unix:/path`.' }).default(
          '127.0.0.1:4450',
        ),
        tls,
        allow: z
          .strictObject({
            gateway: allow('Certificate names of gateways.'),
            admin: allow('Certificate names of admin services.'),
            introspection: allow('Certificate names of further internal services that may introspect tokens.'),
          })
          .prefault({}),
      })
      .prefault({}),
    keys: z
      .strictObject({
        address: text({ description: 'Where the keys service answers gRPC: `unix:/path` or `host:port`.' }).default(
          '127.0.0.1:4451',
        ),
        tls,
        allow: z
          .strictObject({
            token: allow('Certificate names of token services: the only ones that may have something signed.'),
            admin: allow('Certificate names of admin services: they may create and list keys.'),
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
      })
      .prefault({}),
    drain_grace: duration({
      description:
        'How long a service that was told to stop stays up after it stopped being ready, so that load balancers notice.',
    }).prefault('0s'),
    cookies: z
      .strictObject({
        domain: text({ description: 'Domain attribute of cookies; unset binds them to the host.' }).optional(),
        secure: flag({ description: 'Secure attribute; by default set when the issuer is https.' }).optional(),
        same_site_mode: oneOf(['Strict', 'Lax', 'None'], {
          description: 'SameSite attribute; by default None when the issuer is https, else Lax.',
        }).optional(),
        names: z
          .strictObject({
            session: text({ description: 'Name of the cookie that remembers a login.' }).default('ory_hydra_session'),
            login_csrf: text({
              description: 'Name of the cookie that binds a login to its browser; a suffix tells clients apart.',
            }).default('ory_hydra_login_csrf'),
            consent_csrf: text({ description: 'Name of the cookie that binds a consent to its browser.' }).default(
              'ory_hydra_consent_csrf',
            ),
          })
          .prefault({}),
      })
      .prefault({}),
  })
  .prefault({});

const peer = z
  .strictObject({
    addresses: list({
      description: 'Where it answers gRPC, one address a replica; by default its own `serve` address.',
    }).default([]),
    tls,
  })
  .prefault({});

/** The product's configuration file. */
export const configSchema = z.strictObject({
  profile: oneOf(['standard', 'hydra-compat', 'oauth21'], {
    description: 'Sets defaults: what the standards say, what Hydra did, or OAuth 2.1.',
  }).default('standard'),
  dev: flag({ description: 'Development: plain http redirect URIs on other hosts are accepted.' }).default(false),
  dsn: location(['postgres', 'postgresql'], {
    description: 'PostgreSQL connection URL; there is no other database.',
    secret: true,
  }).optional(),
  redis: z
    .strictObject({
      url: location(['redis', 'rediss'], {
        description: 'Redis connection URL. Without it nothing is cached and no clean-up is scheduled.',
        secret: true,
      }).optional(),
    })
    .prefault({}),
  serve,
  peers: z.strictObject({ token: peer, keys: peer }).prefault({}),
  urls: z
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
      post_logout_redirect: url({
        description: 'Where browsers land after a logout without a registered address.',
      }).optional(),
    })
    .prefault({}),
  secrets: z
    .strictObject({
      system: list({
        description:
          'Secrets of at least 16 characters, better 32 random ones. The first seals and signs handles, all open: put a new one in front to rotate.',
        secret: true,
      }).default([]),
    })
    .prefault({}),
  strategies: z
    .strictObject({
      access_token: oneOf(['opaque', 'jwt'], { description: 'Form of access tokens; clients may differ.' }).default(
        'opaque',
      ),
      scope: oneOf(['wildcard', 'exact'], { description: 'How a requested scope matches a registered one.' }).default(
        'wildcard',
      ),
    })
    .prefault({}),
  ttl: z
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
    .prefault({}),
  oauth2: z
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
    .prefault({}),
  hsm: z
    .strictObject({
      enabled: flag({ description: 'Keep signing keys in a PKCS#11 token.' }).default(false),
      library: text({ description: 'Path of the PKCS#11 library.' }).optional(),
      pin: text({ description: 'User PIN of the token.', secret: true }).optional(),
      slot: integer({ description: 'Slot of the token, when it has no label of its own.' }).optional(),
      token_label: text({ description: 'Label of the token.' }).optional(),
      key_set_prefix: z
        .string()
        .meta({ description: 'Put before key set names in the token, when several installations share it.' })
        .default(''),
      sessions: integer(
        {
          description:
            'Worker threads with a PKCS#11 session each: as many as signatures a second times seconds a signature takes.',
        },
        1,
        64,
      ).default(2),
    })
    .prefault({}),
  keys: z
    .strictObject({
      kek: list({
        description: 'Key-encryption keys of sealed software keys, base64 of 32 bytes each. The first seals, all open.',
        secret: true,
      }).default([]),
    })
    .prefault({}),
  log: z
    .strictObject({
      level: oneOf(['trace', 'debug', 'info', 'warn', 'error', 'fatal'], {
        description: 'Least severe level that is logged.',
      }).default('info'),
    })
    .prefault({}),
  tracing: z
    .strictObject({
      otlp_endpoint: url({ description: 'OTLP/HTTP endpoint for traces; unset means no tracing.' }).optional(),
      sample_ratio: z
        .preprocess((value) => (typeof value === 'string' ? Number(value) : value), z.number().min(0).max(1))
        .meta({ description: 'Share of requests traced when the caller does not say.' })
        .default(0.01),
    })
    .prefault({}),
});
