// The scenarios, in the order they run and are reported.
import { clientCredentialsJwt, clientCredentialsOpaque } from './client-credentials.js';
import { codeExchange, wholeFlow } from './code-flow.js';
import { discovery, jwks } from './documents.js';
import { refresh, revoke, userinfo } from './grant-use.js';
import { introspectionGrpc, introspectionHttp } from './introspection.js';
import type { Scenario } from './scenario.js';

export const scenarios: readonly Scenario[] = [
  discovery,
  jwks,
  clientCredentialsOpaque,
  clientCredentialsJwt,
  introspectionHttp,
  introspectionGrpc,
  codeExchange('ES256', 600),
  codeExchange('RS256', 1_000),
  refresh,
  userinfo,
  revoke,
  wholeFlow,
];
