// What differs between providers in how they are asked; everything else is the same bytes for all of them.
import type { FlowClient } from '../load/flow.js';
import type { Lane } from '../load/lane.js';
import { hydraDialect } from './hydra.js';
import { oidcProviderDialect } from './oidc-provider.js';

export interface Dialect {
  /** A browser and a login app that accepts, from the first request to the code. @throws {WrongAnswer} */
  obtainCode(lane: Lane, client: FlowClient, number: number): Promise<string>;
  /** Looks into what the first leg led to. @throws {WrongAnswer} */
  checkLogin(lane: Lane, client: FlowClient, challenge: string): Promise<void>;
  /** What an introspection sends beside the token. */
  introspectionHeaders(client: { readonly authorization: string }): Readonly<Record<string, string>>;
}

export type DialectName = 'hydra' | 'oidc-provider';

const dialects: Readonly<Record<DialectName, Dialect>> = {
  hydra: hydraDialect,
  'oidc-provider': oidcProviderDialect,
};

export const dialectOf = (name: DialectName): Dialect => dialects[name];
