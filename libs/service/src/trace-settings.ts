// How a process traces: our own settings, or Hydra's for OTLP, which mean the same (hydra-wire §8 `tracing`).
import type { Config } from './config/load.js';
import type { ServiceName } from './service.js';

export interface TraceTarget {
  /** Of the collector, with the path. */
  readonly url: string;
  /** Share of requests that are traced when the caller does not say. */
  readonly sampleRatio: number;
  readonly headers: Readonly<Record<string, string>>;
}

export interface TraceSettings {
  /** Who speaks, for whoever looks at traces. */
  readonly serviceName: string;
  readonly deploymentEnvironment: string | undefined;
  /** Undefined when nothing is to be traced. */
  readonly target: TraceTarget | undefined;
  /** Whether callers are followed, who say that a request belongs to a trace of theirs. */
  readonly trustsCallers: boolean;
}

/** Hydra's is `host:port`; a whole URL is taken as it is. */
function hydraUrl(serverUrl: string, insecure: boolean): string {
  const url = new URL(/^https?:\/\//.test(serverUrl) ? serverUrl : `http${insecure ? '' : 's'}://${serverUrl}`);
  if (url.pathname === '/') url.pathname = '/v1/traces';
  return url.href;
}

function targetOf({ otlpEndpoint, sampleRatio, provider, providers }: Config['tracing']): TraceTarget | undefined {
  const { serverUrl, insecure, sampling, authorizationHeader } = providers.otlp;
  const headers = authorizationHeader === undefined ? {} : { authorization: authorizationHeader };
  if (otlpEndpoint !== undefined) return { url: otlpEndpoint, sampleRatio, headers };
  if (provider !== 'otel' || serverUrl === undefined) return undefined;
  return { url: hydraUrl(serverUrl, insecure), sampleRatio: sampling.samplingRatio ?? sampleRatio, headers };
}

/** The gateway alone has callers that anybody may be. */
export function traceSettings(service: ServiceName, tracing: Config['tracing']): TraceSettings {
  return {
    serviceName: `${tracing.serviceName}-${service}`,
    deploymentEnvironment: tracing.deploymentEnvironment,
    target: targetOf(tracing),
    trustsCallers: service !== 'gateway' || tracing.trustPublicCallers,
  };
}

/** Hydra's setting that nothing is done about, as a sentence for the log. */
export function untracedProvider(tracing: Config['tracing']): string | undefined {
  const { provider } = tracing;
  if (provider === undefined || targetOf(tracing) !== undefined) return undefined;
  return provider === 'otel'
    ? 'tracing.provider is otel, but tracing.providers.otlp.server_url is not set: nothing is traced'
    : `tracing.provider ${provider} is not spoken here: it takes OTLP too, give its address as tracing.otlp_endpoint`;
}
