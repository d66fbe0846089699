// Admits a request to the admin API: who is it, and may they (security §2.5)? Without a configured method everybody is
// `local`, and exposure.ts sees to it that only the machine itself can call.
import type { Request } from '@cardea/http';
import { contextOf } from '@cardea/http';
import { OAuthError } from '@cardea/oauth';
import type { Config } from '@cardea/service';
import { adminRoles } from '@cardea/service';
import { readFileSync } from 'node:fs';
import { createApiKeys } from './api-keys.js';
import type { Caller } from './caller.js';
import { rememberCaller } from './caller.js';
import { createCertificates } from './certificates.js';
import { createIssuerKeys } from './issuer-keys.js';
import { createIssuerTokens } from './issuer-tokens.js';
import { isOpen, isPage, rolesFor } from './roles.js';

type Settings = Config['serve']['admin']['authentication'];

/** Throws what is answered instead, and remembers the caller. */
export type Authenticate = (request: Request) => Promise<void> | void;

/** Whether callers have to prove anything. */
export const isConfigured = ({ apiKeys, mtls, jwt }: Settings) =>
  apiKeys.length > 0 || mtls.names.length > 0 || jwt.subjects.length > 0;

/** @param options.now milliseconds since the epoch */
export function createAuthenticate(options: {
  readonly settings: Settings;
  readonly now: () => number;
  /** Told of each refusal. */
  readonly refused: (request: Request, caller: Caller | undefined) => void;
}): Authenticate {
  const { settings, now, refused } = options;
  if (!isConfigured(settings)) {
    const local: Caller = { name: 'local', authentication: 'none', roles: adminRoles };
    return (request) => rememberCaller(request, local);
  }
  const byKey = createApiKeys(settings.apiKeys);
  const byCertificate = createCertificates(settings.mtls);
  const byToken = issuerTokens(settings.jwt, now);

  const decide = (request: Request, caller: Caller | undefined): void => {
    const { path } = contextOf(request);
    if (caller === undefined) {
      refused(request, undefined);
      request.res?.setHeader('WWW-Authenticate', `${isPage(path) ? 'Basic' : 'Bearer'} realm="cardea admin"`);
      throw new OAuthError('request_unauthorized', 'Send a credential of this admin API as a bearer token.');
    }
    if (!rolesFor(request.method, path).some((role) => caller.roles.includes(role))) {
      refused(request, caller);
      throw new OAuthError('request_forbidden', 'This credential has no role that may do this.');
    }
    rememberCaller(request, caller);
  };

  return (request) => {
    if (isOpen(contextOf(request).path)) return;
    const bearer = credentialOf(request);
    // Whoever sends a token means it: a certificate does not make up for a bad one.
    if (bearer === undefined) return decide(request, byCertificate(request));
    const caller = byKey(bearer);
    if (caller !== undefined || byToken === undefined) return decide(request, caller);
    return byToken(bearer).then((found) => decide(request, found));
  };
}

/** A bearer token; on a page for people, the password that a browser asked for does as well (RFC 7617 §2). */
function credentialOf(request: Request): string | undefined {
  const authorization = request.headers.authorization ?? '';
  const bearer = /^bearer +(\S+)$/i.exec(authorization)?.[1];
  if (bearer !== undefined || !isPage(contextOf(request).path)) return bearer;
  const basic = /^basic +([\w+/]+={0,2})$/i.exec(authorization)?.[1];
  return basic === undefined ? undefined : /^[^:]*:(.+)$/s.exec(Buffer.from(basic, 'base64').toString())?.[1];
}

function issuerTokens(settings: Settings['jwt'], now: () => number) {
  const { issuer, audience, jwksUrl, jwksFile, caFile, tokenFile, subjects } = settings;
  if (issuer === undefined || audience === undefined) return undefined;
  const source =
    jwksUrl === undefined
      ? { file: String(jwksFile) }
      : { url: jwksUrl, ca: caFile === undefined ? undefined : readFileSync(caFile), tokenFile };
  return createIssuerTokens({
    rules: { issuer, audience, subjects },
    keys: createIssuerKeys({ source, now }),
    now,
  });
}
