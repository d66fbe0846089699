// Renders the chart with a helm that the test run has fetched, and reads what comes out.
import { jest } from '@jest/globals';
import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import { parseAllDocuments } from 'yaml';

// A helm renders in a second, and in ten where the machine has other things to do.
jest.setTimeout(180_000);

export const chart = fileURLToPath(new URL('../cardea', import.meta.url));

/** One Kubernetes object. */
export interface Manifest {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: {
    readonly name: string;
    readonly namespace?: string;
    readonly labels?: Record<string, string>;
    readonly annotations?: Record<string, string>;
  };
  readonly spec?: Record<string, unknown>;
  readonly data?: Record<string, string>;
}

/** Executables by version. @throws with what to do when nobody said where they are */
function helms(): Readonly<Record<string, string>> {
  const told = process.env['CARDEA_TEST_HELMS'];
  if (told === undefined)
    throw new Error('CARDEA_TEST_HELMS names no helm: run these tests with `npm test`, which fetches them');
  return JSON.parse(told) as Record<string, string>;
}

export const versions = (): string[] => Object.keys(helms());

export interface Output {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs helm to its end, whatever that is. */
export function helm(version: string, args: readonly string[], env: Record<string, string> = {}): Promise<Output> {
  const file = helms()[version];
  if (file === undefined) throw new Error(`there is no helm ${version}`);
  return new Promise((resolve) => {
    const options = { maxBuffer: 64 * 1024 * 1024, env: { ...process.env, HELM_NO_PLUGINS: '1', ...env } };
    execFile(file, args, options, (error, stdout, stderr) => {
      resolve({ code: error === null ? 0 : Number(error.code ?? 1), stdout, stderr });
    });
  });
}

export const manifestsOf = (yaml: string): Manifest[] =>
  parseAllDocuments(yaml)
    .map((document) => document.toJS() as Manifest | null)
    .filter((manifest) => manifest !== null);

const rendered = new Map<string, Promise<Manifest[]>>();

/** The objects of a release `cardea` in the namespace `identity`. Rendered once for the same question. */
export function render(version: string, args: readonly string[] = []): Promise<Manifest[]> {
  const key = createHash('sha256')
    .update(JSON.stringify([version, args]))
    .digest('hex');
  let pending = rendered.get(key);
  if (pending === undefined) rendered.set(key, (pending = renderOnce(version, args)));
  return pending;
}

async function renderOnce(version: string, args: readonly string[]): Promise<Manifest[]> {
  const { code, stdout, stderr } = await helm(version, ['template', 'cardea', chart, '-n', 'identity', ...args]);
  if (code !== 0) throw new Error(stderr);
  return manifestsOf(stdout);
}

export const presets: readonly (readonly [string, readonly string[]])[] = [
  ['as it comes', []],
  ['values-dev', ['-f', `${chart}/values-dev.yaml`]],
  ['values-ha', ['-f', `${chart}/values-ha.yaml`]],
  ['values-ha and values-hsm', ['-f', `${chart}/values-ha.yaml`, '-f', `${chart}/values-hsm.yaml`]],
];

/** Everything that can be switched on, switched on. */
export const everything: readonly string[] = [
  ...['-f', `${chart}/values-ha.yaml`],
  ...['--set', 'ingress.enabled=true,ingress.hosts={auth.example}'],
  ...['--set', 'httpRoute.enabled=true,httpRoute.parentRefs[0].name=edge,httpRoute.hostnames={auth.example}'],
  ...['--set', 'grpcRoute.enabled=true,grpcRoute.parentRefs[0].name=edge'],
  ...['--set', 'monitoring.podMonitor.enabled=true,monitoring.rules.enabled=true,monitoring.dashboards.enabled=true'],
  ...['--set', 'worker.keda.enabled=true,worker.keda.triggers[0].type=cpu'],
  ...['--set-string', 'worker.keda.triggers[0].metadata.value=70'],
  ...['--set', 'mtls.mode=certManager,mtls.issuerRef.name=internal'],
  ...['--set', 'clientResources.enabled=true,clientResources.namespaces={shop,bank}'],
  ...['--set', 'networkPolicy.otlpTo[0].podSelector.matchLabels.app=otel,introspection.callers={orders.shop.svc}'],
];
