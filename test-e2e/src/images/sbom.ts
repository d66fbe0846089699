// What an image is made of, as CycloneDX 1.5: read from its files, not from a plan of them, with the hashes of package-lock.json.
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { root } from '../processes.js';
import type { Entry } from './findings.js';
import type { Image } from './store.js';

interface Manifest {
  readonly name?: string;
  readonly version?: string;
  readonly license?: string;
}

interface Component {
  readonly type: 'library' | 'platform';
  readonly name: string;
  readonly version: string;
  readonly purl: string;
  readonly 'bom-ref': string;
  readonly licenses?: readonly unknown[];
  readonly hashes?: readonly unknown[];
}

interface Lock {
  readonly packages: Readonly<Record<string, { readonly version?: string; readonly integrity?: string }>>;
}

/** Directories of packages and of workspaces; other package.json files say `type` and no more. */
const ofPackage = /^\/app\/((?:.*\/)?node_modules\/(?:@[^/]+\/)?[^/]+|libs\/[^/]+|services\/[^/]+|cli)\/package\.json$/;

/** @throws when a package is in the image that package-lock.json does not know, or as another version */
export function sbomOf(image: Image, entries: readonly Entry[], node: string): object {
  const lock = JSON.parse(readFileSync(path.join(root, 'package-lock.json'), 'utf8')) as Lock;
  const components = entries.flatMap((entry): Component[] => {
    const place = ofPackage.exec(entry.path)?.[1];
    if (place === undefined) return [];
    const { name, version, license } = JSON.parse(readFileSync(path.join(image.files, entry.path), 'utf8')) as Manifest;
    const locked = known(lock, name ?? '', version ?? '');
    if (name === undefined || version === undefined || locked === undefined) {
      throw new Error(`${entry.path} of ${image.target} is ${String(name)} ${String(version)}, which is not locked`);
    }
    return [
      {
        ...{ type: 'library', name, version },
        ...identified(`pkg:npm/${name.replace('@', '%40')}@${version}`),
        ...(license !== undefined && {
          licenses: [/ /.test(license) ? { expression: license } : { license: { id: license } }],
        }),
        ...(locked.integrity !== undefined && { hashes: [hashOf(locked.integrity)] }),
      },
    ];
  });
  const platform: Component = {
    ...{ type: 'platform', name: 'node', version: node },
    ...identified(`pkg:generic/node@${node}`),
  };
  const unique = new Map([platform, ...components].map((component) => [component.purl, component]));
  return {
    bomFormat: 'CycloneDX',
    specVersion: '1.5',
    version: 1,
    metadata: { component: { type: 'container', name: `cardea/${image.target}` } },
    components: [...unique.values()].sort((a, b) => (a.purl < b.purl ? -1 : 1)),
  };
}

const identified = (purl: string) => ({ purl, 'bom-ref': purl });

/** The image may have it in another place than the clone: it was installed with fewer beside it. */
function known({ packages }: Lock, name: string, version: string) {
  return Object.entries(packages).find(
    ([place, each]) =>
      each.version === version && (place.endsWith(`node_modules/${name}`) || name.startsWith('@cardea/')),
  )?.[1];
}

/** Subresource integrity, `sha512-BASE64`, as CycloneDX writes it. */
function hashOf(integrity: string) {
  const [, digest = ''] = integrity.split('-');
  return { alg: 'SHA-512', content: Buffer.from(digest, 'base64').toString('hex') };
}
