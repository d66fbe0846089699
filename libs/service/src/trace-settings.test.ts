// Hydra's words for a collector and our own come to the same.
import { expect, test } from '@jest/globals';
import { loadConfig } from './config/load.js';
import { traceSettings, untracedProvider } from './trace-settings.js';

const of = (env: Record<string, string>) => loadConfig({ env }).tracing;
const hydra = {
  TRACING_PROVIDER: 'otel',
  TRACING_PROVIDERS_OTLP_SERVER_URL: 'collector:4318',
  TRACING_PROVIDERS_OTLP_SAMPLING_SAMPLING_RATIO: '0.25',
};

test.each<[string, Record<string, string>, unknown]>([
  ['nothing', {}, undefined],
  [
    'our own words',
    { TRACING_OTLP_ENDPOINT: 'http://c:4318/v1/traces', TRACING_SAMPLE_RATIO: '0.5' },
    { url: 'http://c:4318/v1/traces', sampleRatio: 0.5, headers: {} },
  ],
  ["Hydra's words", hydra, { url: 'https://collector:4318/v1/traces', sampleRatio: 0.25, headers: {} }],
  [
    "Hydra's words, without TLS, with a password",
    { ...hydra, TRACING_PROVIDERS_OTLP_INSECURE: 'true', TRACING_PROVIDERS_OTLP_AUTHORIZATION_HEADER: 'Bearer x' },
    { url: 'http://collector:4318/v1/traces', sampleRatio: 0.25, headers: { authorization: 'Bearer x' } },
  ],
  [
    "a whole URL for Hydra's word, and no ratio",
    { TRACING_PROVIDER: 'otel', TRACING_PROVIDERS_OTLP_SERVER_URL: 'http://c/otlp' },
    { url: 'http://c/otlp', sampleRatio: 0.01, headers: {} },
  ],
  ['an address for a provider that was not chosen', { ...hydra, TRACING_PROVIDER: '' }, undefined],
  ['a provider we do not speak', { ...hydra, TRACING_PROVIDER: 'zipkin' }, undefined],
])('%s', (_name, env, target) => expect(traceSettings('token', of(env)).target).toEqual(target));

test('each process has a name of its own, and callers that anybody may be are not followed where somebody said so', () => {
  const tracing = of({
    TRACING_SERVICE_NAME: 'idp',
    TRACING_DEPLOYMENT_ENVIRONMENT: 'staging',
    TRACING_TRUST_PUBLIC_CALLERS: 'false',
  });
  const common = { deploymentEnvironment: 'staging', target: undefined };
  expect(traceSettings('gateway', tracing)).toEqual({ ...common, serviceName: 'idp-gateway', trustsCallers: false });
  expect(traceSettings('admin', tracing)).toEqual({ ...common, serviceName: 'idp-admin', trustsCallers: true });
});

test('a provider about which nothing is done is named, and what to do', () => {
  expect(untracedProvider(of({ TRACING_PROVIDER: 'jaeger' }))).toContain('tracing.otlp_endpoint');
  expect(untracedProvider(of({ TRACING_PROVIDER: 'otel' }))).toContain('server_url is not set');
  expect(untracedProvider(of(hydra))).toBeUndefined();
  expect(untracedProvider(of({}))).toBeUndefined();
});
