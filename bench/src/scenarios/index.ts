// The scenarios, in the order they run and are reported.
import { clientCredentialsJwt, clientCredentialsOpaque } from './client-credentials.js';
import { authorize, codeExchange, wholeFlow } from './code-flow.js';
import { discovery, jwks } from './documents.js';
import { refresh, revoke, userinfo } from './grant-use.js';
import { introspectionForged, introspectionGrpc, introspectionHttp, introspectionRevoked } from './introspection.js';
import type { Scenario } from './scenario.js';
import { signatures } from './signatures.js';

export const scenarios: readonly Scenario[] = [
  discovery,
  jwks,
  clientCredentialsOpaque,
  clientCredentialsJwt,
  introspectionHttp,
  introspectionForged,
  introspectionRevoked,
  introspectionGrpc,
  codeExchange('ES256', 520),
  codeExchange('RS256', 900),
  refresh,
  userinfo,
  revoke,
  authorize,
  wholeFlow,
  ...signatures,
];
