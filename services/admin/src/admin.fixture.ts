// Starts the admin service, whole and on a real port, before a stand-in for the services behind it that is real gRPC, for tests.
import type { Handlers } from '@cardea/rpc';
import {
  auditV1,
  clientV1,
  eventStreamV1,
  implement,
  interactionV1,
  introspectionV1,
  jobV1,
  jsonWebKeyV1,
  keyAdminV1,
  serveRpc,
  sessionV1,
  signatureFindingV1,
  trustV1,
} from '@cardea/rpc';
import type { Log } from '@cardea/service';
import { loadConfig, startService } from '@cardea/service';
import { createConformance } from './openapi/conformance.fixture.js';
import { openApiDocument } from './openapi/document.js';
import { service } from './service.js';

export interface StandIn {
  /** Without it, everything is recorded and nothing kept. */
  audit?: Partial<Handlers<typeof auditV1.AuditServiceService>>;
  clients?: Partial<Handlers<typeof clientV1.ClientServiceService>>;
  interactions?: Partial<Handlers<typeof interactionV1.InteractionServiceService>>;
  introspection?: Partial<Handlers<typeof introspectionV1.IntrospectionServiceService>>;
  sessions?: Partial<Handlers<typeof sessionV1.SessionServiceService>>;
  trust?: Partial<Handlers<typeof trustV1.TrustedIssuerServiceService>>;
  /** Without it, refusals are taken and nothing is told. */
  events?: Partial<Handlers<typeof eventStreamV1.EventStreamServiceService>>;
  findings?: Partial<Handlers<typeof signatureFindingV1.SignatureFindingServiceService>>;
  jobs?: Partial<Handlers<typeof jobV1.JobServiceService>>;
  keys?: Partial<Handlers<typeof jsonWebKeyV1.JsonWebKeyServiceService>>;
  signer?: Partial<Handlers<typeof keyAdminV1.KeyAdminServiceService>>;
}

export interface StartedAdmin {
  readonly url: string;
  /** Calls the API; JSON in, JSON out where there is any. An answer that the OpenAPI document does not allow fails. */
  call(method: string, path: string, body?: unknown, headers?: Record<string, string>): Promise<Answer>;
  stop(): Promise<void>;
}

export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  readonly json: unknown;
}

const complaints = {
  oauth: createConformance(openApiDocument('test', 'oauth')),
  hydra: createConformance(openApiDocument('test', 'hydra')),
};
const unused = () => Promise.reject(new Error('this test has no answer to that'));

function allUnused<D extends object>(definition: D): never {
  return Object.fromEntries(Object.keys(definition).map((method) => [method, unused])) as never;
}

/** @param standIn what the services behind it answer; what a test leaves out fails */
export async function startAdmin(standIn: StandIn, env: Readonly<Record<string, string>> = {}): Promise<StartedAdmin> {
  let url = '';
  const quiet = () => undefined;
  const log: Log = {
    debug: quiet,
    warn: quiet,
    error: quiet,
    info: (fields) => void ('url' in fields && (url = String(fields.url))),
  };
  const of = <D extends object>(definition: D, handlers: object | undefined) => ({
    ...(allUnused(definition) as object),
    ...handlers,
  });
  const token = await serveRpc({
    address: '127.0.0.1:0',
    security: { kind: 'plain' },
    services: [
      implement(
        auditV1.AuditServiceService,
        of(auditV1.AuditServiceService, { recordEvent: () => Promise.resolve({}), ...standIn.audit }) as never,
      ),
      implement(
        eventStreamV1.EventStreamServiceService,
        of(eventStreamV1.EventStreamServiceService, {
          reportRefusals: () => Promise.resolve({}),
          ...standIn.events,
        }) as never,
      ),
      implement(trustV1.TrustedIssuerServiceService, of(trustV1.TrustedIssuerServiceService, standIn.trust) as never),
      implement(
        signatureFindingV1.SignatureFindingServiceService,
        of(signatureFindingV1.SignatureFindingServiceService, standIn.findings) as never,
      ),
      implement(jobV1.JobServiceService, of(jobV1.JobServiceService, standIn.jobs) as never),
      implement(sessionV1.SessionServiceService, of(sessionV1.SessionServiceService, standIn.sessions) as never),
      implement(clientV1.ClientServiceService, of(clientV1.ClientServiceService, standIn.clients) as never),
      implement(
        interactionV1.InteractionServiceService,
        of(interactionV1.InteractionServiceService, standIn.interactions) as never,
      ),
      implement(
        introspectionV1.IntrospectionServiceService,
        of(introspectionV1.IntrospectionServiceService, standIn.introspection) as never,
      ),
      implement(
        jsonWebKeyV1.JsonWebKeyServiceService,
        of(jsonWebKeyV1.JsonWebKeyServiceService, standIn.keys) as never,
      ),
      implement(keyAdminV1.KeyAdminServiceService, of(keyAdminV1.KeyAdminServiceService, standIn.signer) as never),
    ],
    health: () => Promise.resolve(true),
    reflection: false,
    log,
  });
  const config = loadConfig({
    env: {
      SERVE_ADMIN_PORT: '0',
      SERVE_MANAGEMENT_ADMIN: '0',
      PEERS_TOKEN_ADDRESSES: token.address,
      PEERS_KEYS_ADDRESSES: token.address,
      ...env,
    },
  });
  const running = await startService(service, config, { log }).catch(async (error: unknown) => {
    await token.close();
    throw error;
  });
  return {
    url,
    async call(method, path, body, headers = {}) {
      const init: RequestInit = { method, headers, redirect: 'manual' };
      if (body !== undefined)
        init.body = typeof body === 'string' || body instanceof URLSearchParams ? body : JSON.stringify(body);
      const response = await fetch(url + path, init);
      const text = await response.text();
      const json: unknown = /^[[{"]/.test(text) ? JSON.parse(text) : undefined;
      const { pathname } = new URL(path, url);
      const complaint = complaints[config.profile === 'hydra-compat' ? 'hydra' : 'oauth']({
        method,
        path: pathname.startsWith('/admin/') ? pathname : `/admin${pathname}`,
        status: response.status,
        contentType: response.headers.get('content-type') ?? '',
        text,
      });
      if (complaint !== undefined) throw new Error(`not as the OpenAPI document says: ${complaint}`);
      return { status: response.status, headers: response.headers, text, json };
    },
    async stop() {
      await running.stop();
      await token.close();
    },
  };
}
