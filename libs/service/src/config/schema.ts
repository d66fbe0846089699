// Every setting there is, once. Names follow Hydra's where the meaning is the same; types, validation, environment names
// and docs/configuration.md derive from this.
import { z } from 'zod';
import { flag, location, oneOf } from './fields.js';
import { clients } from './sections/clients.js';
import { controller } from './sections/controller.js';
import { database, dsn } from './sections/database.js';
import { events } from './sections/events.js';
import { oidc } from './sections/oidc.js';
import { rateLimits } from './sections/rate-limits.js';
import { hsm, keys, secrets } from './sections/secrets.js';
import { peers, serve } from './sections/serve.js';
import { log, tracing } from './sections/telemetry.js';
import { oauth2, strategies, ttl } from './sections/tokens.js';
import { urls } from './sections/urls.js';
import { webfinger } from './sections/webfinger.js';

const redisSchemes = ['redis', 'rediss', 'redis-cluster', 'rediss-cluster'] as const;

const redis = () =>
  z
    .strictObject({
      url: location(redisSchemes, {
        description:
          'Redis connection URL; `redis-cluster://a:6379,b:6379` is a Redis Cluster by some of its nodes. Without it nothing is cached and no clean-up is scheduled.',
        secret: true,
      }).optional(),
      queue_url: location(redisSchemes, {
        description:
          'Redis of the job queue, which must not evict (`maxmemory-policy noeviction`); by default the same as redis.url, which may.',
        secret: true,
      }).optional(),
    })
    .prefault({});

const profileFacts = {
  description:
    'Sets defaults: what the standards say, what Hydra did, or OAuth 2.1. `fapi2` refuses to start: not all of it is there.',
};

const build = () =>
  z.strictObject({
    profile: oneOf(['standard', 'hydra-compat', 'oauth21', 'fapi2'], profileFacts)
      .refine((profile) => profile !== 'fapi2', {
        message:
          'fapi2 cannot be kept yet: it needs pushed requests and sender-constrained tokens; oauth21 comes closest',
      })
      .meta(profileFacts)
      .default('standard'),
    dev: flag({ description: 'Development: plain http redirect URIs on other hosts are accepted.' }).default(false),
    dsn: dsn(),
    database: database(),
    redis: redis(),
    serve: serve(),
    peers: peers(),
    urls: urls(),
    webfinger: webfinger(),
    secrets: secrets(),
    strategies: strategies(),
    ttl: ttl(),
    oauth2: oauth2(),
    oidc: oidc(),
    clients: clients(),
    rate_limits: rateLimits(),
    hsm: hsm(),
    keys: keys(),
    log: log(),
    tracing: tracing(),
    events: events(),
    controller: controller(),
  });

let built: WeakRef<ReturnType<typeof build>> | undefined;

/**
 * The product's configuration file. Sections are functions, so that a schema lives as long as somebody reads by it: it is 3 MB, which
 * a service would carry for good.
 */
export function configSchema(): ReturnType<typeof build> {
  const known = built?.deref();
  if (known !== undefined) return known;
  const schema = build();
  built = new WeakRef(schema);
  return schema;
}
