// How the admin listener answers whatever the route: TLS, pages of other sites, who is let in, unknown paths and methods by
// profile.
import type { AnswerOptions, AppOptions, Cors, Request } from '@cardea/http';
import { contextOf, createCors, listenerTls } from '@cardea/http';
import { OAuthError } from '@cardea/oauth';
import type { Config, Host } from '@cardea/service';
import { ConfigError } from '@cardea/service';
import { readFileSync } from 'node:fs';
import type { Audit } from './audit.js';
import { createAuthenticate, isConfigured } from './authentication/authenticate.js';
import { isOpen } from './authentication/roles.js';
import { adminErrorBody } from './error-body.js';
import { isKnownHost } from './known-host.js';

/** @throws {ConfigError} naming the setting that is missing */
export function listenerOptions(
  config: Config,
  host: Pick<Host, 'now'>,
  audit: Pick<Audit, 'refused'>,
): Omit<AnswerOptions, 'routes'> {
  const { authentication, cors: corsSettings } = config.serve.admin;
  const authenticate = createAuthenticate({ settings: authentication, now: host.now, refused: audit.refused });
  const cors = createCors({ settings: corsSettings });
  const hydra = config.profile === 'hydra-compat';
  const open = !isConfigured(authentication);
  const { admin } = config.urls.self;
  const ownNames = admin === undefined ? [] : [new URL(admin).hostname];
  return {
    prefix: '/admin',
    manner: hydra ? 'hydra' : 'oauth',
    cors,
    admit(request) {
      refuseOtherSites(request, cors);
      if (open) refuseOtherNames(request, ownNames);
      return authenticate(request);
    },
    errorBody: adminErrorBody,
  };
}

/** Asks for client certificates where these are a way to prove oneself. */
export function adminTls({ serve, dev, profile }: Config, { now }: Pick<Host, 'now'>): AppOptions['tls'] {
  const tls = listenerTls(serve, 'admin', { mayMakeUp: dev || profile === 'hydra-compat', now });
  const { caFile } = serve.admin.authentication.mtls;
  if (caFile === undefined) return tls;
  if (tls === undefined) throw new ConfigError('serve.admin.authentication.mtls needs serve.admin.tls.enabled');
  return { ...tls, asksForCertificates: readFileSync(caFile) };
}

/**
 * Loopback is reachable for every page in a developer's browser, and without authentication a plain form could create
 * clients. Browsers say where such a request comes from (Fetch Metadata §2.2); servers and SDKs say nothing.
 */
function refuseOtherSites(request: Request, cors: Cors | undefined): void {
  const site = request.headers['sec-fetch-site'];
  if (site === undefined || site === 'none' || site === 'same-origin') return;
  if (request.method === 'GET' || request.method === 'HEAD') return;
  if (cors?.lists(request.headers.origin ?? '') === true) return;
  throw new OAuthError('request_forbidden', 'Pages of other sites may not use the admin API.');
}

function refuseOtherNames(request: Request, own: readonly string[]): void {
  if (isOpen(contextOf(request).path) || isKnownHost(request.headers.host, own)) return;
  throw new OAuthError(
    'request_forbidden',
    'Without serve.admin.authentication the admin API answers to addresses, localhost and the name in urls.self.admin.',
  );
}
