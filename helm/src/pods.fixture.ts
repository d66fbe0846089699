// The pods that a rendered chart would run, whatever object makes them.
import type { Manifest } from './render.fixture.js';

export interface Container {
  readonly name: string;
  readonly image: string;
  readonly args?: readonly string[];
  readonly env?: readonly { readonly name: string; readonly value?: string; readonly valueFrom?: unknown }[];
  readonly ports?: readonly { readonly name: string; readonly containerPort: number; readonly protocol?: string }[];
  readonly resources?: { readonly requests?: object; readonly limits?: object };
  readonly securityContext?: Record<string, unknown>;
  readonly volumeMounts?: readonly { readonly name: string; readonly mountPath: string; readonly readOnly?: boolean }[];
  readonly startupProbe?: unknown;
  readonly readinessProbe?: unknown;
  readonly livenessProbe?: unknown;
}

interface Volume {
  readonly name: string;
  readonly secret?: { readonly secretName: string };
  readonly configMap?: { readonly name: string; readonly items?: readonly { readonly key: string }[] };
  readonly projected?: {
    readonly sources: readonly Record<
      string,
      { readonly name?: string; readonly items?: readonly { readonly key: string; readonly path: string }[] }
    >[];
  };
}

export interface Pod {
  /** Its component: `gateway`, `migrations`, `postgresql`, … */
  readonly component: string;
  readonly labels: Record<string, string>;
  readonly spec: {
    readonly serviceAccountName?: string;
    readonly automountServiceAccountToken?: boolean;
    readonly hostNetwork?: boolean;
    readonly securityContext?: Record<string, unknown>;
    readonly containers: readonly Container[];
    readonly initContainers?: readonly Container[];
    readonly volumes?: readonly Volume[];
  };
}

interface Template {
  readonly metadata: { readonly labels?: Record<string, string> };
  readonly spec: Pod['spec'];
}

export function podsOf(manifests: readonly Manifest[]): Pod[] {
  return manifests.flatMap((manifest) => {
    const { kind, metadata } = manifest;
    const template =
      kind === 'Pod'
        ? ({ metadata, spec: manifest.spec } as unknown as Template)
        : (manifest.spec?.['template'] as Template | undefined);
    if (template === undefined || !('containers' in template.spec)) return [];
    const labels = template.metadata.labels ?? {};
    return [{ component: labels['app.kubernetes.io/component'] ?? '', labels, spec: template.spec }];
  });
}

export const containersOf = ({ spec }: Pod): readonly Container[] => [
  ...(spec.initContainers ?? []),
  ...spec.containers,
];
