// The scenarios, in the order they run and are reported.
import { clientCredentialsScenarios } from './client-credentials.js';
import { authorize, codeExchange, wholeFlow } from './code-flow.js';
import { discovery, jwks } from './documents.js';
import { refresh, revoke, userinfo } from './grant-use.js';
import {
  introspectionCold,
  introspectionForged,
  introspectionGrpc,
  introspectionHttp,
  introspectionRevoked,
} from './introspection.js';
import { manyClients, manyTokens, mix } from './many.js';
import type { Scenario } from './scenario.js';
import { signatures } from './signatures.js';

export const scenarios: readonly Scenario[] = [
  discovery,
  jwks,
  ...clientCredentialsScenarios,
  manyClients,
  introspectionHttp,
  introspectionCold,
  introspectionForged,
  introspectionRevoked,
  manyTokens,
  introspectionGrpc,
  codeExchange('ES256'),
  codeExchange('RS256'),
  refresh,
  userinfo,
  revoke,
  authorize,
  wholeFlow,
  mix,
  ...signatures,
];
