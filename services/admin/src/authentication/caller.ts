// Who calls the admin API, as the audit record names them.
import type { IncomingMessage } from 'node:http';
import type { Role } from './roles.js';

export interface Caller {
  /** Of the API key, the certificate or the subject; `local` where nobody has to prove anything. */
  readonly name: string;
  readonly authentication: 'none' | 'api_key' | 'mtls' | 'jwt';
  readonly roles: readonly Role[];
}

const key = Symbol('cardea.caller');
type Holder = { [key]?: Caller };

export function rememberCaller(request: IncomingMessage, caller: Caller): void {
  (request as Holder)[key] = caller;
}

/** The caller of a request that was admitted; undefined for one that was not, and for health. */
export const callerOf = (request: IncomingMessage): Caller | undefined => (request as Holder)[key];
