// Settings that the Helm chart fills in (helm/cardea/templates/_config.tpl); said twice they would only be said differently, so its values
// do not take them.

/** Settings and whole sections. */
export const chartFills: readonly string[] = [
  'dsn',
  'redis',
  'peers.token.addresses',
  'peers.token.tls',
  'peers.keys.addresses',
  'peers.keys.tls',
  'secrets',
  'keys.kek',
  'hsm',
  'serve.tls',
  'serve.token',
  'serve.keys',
  'serve.management',
  'serve.drain_grace',
  'serve.public.host',
  'serve.public.port',
  'serve.public.socket',
  'serve.admin.host',
  'serve.admin.port',
  'serve.admin.socket',
  'serve.admin.authentication',
  'oidc.subject_identifiers.pairwise.salt',
  'controller',
];
