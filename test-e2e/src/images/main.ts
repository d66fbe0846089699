// `npm run test:images`: builds what deploy/Dockerfile says, looks into each image, starts them as deploy/compose.yaml does, and logs
// somebody in (issues 7 and 9).
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { deployed } from '../compose-file.js';
import { logIn } from '../compose-login.js';
import { root } from '../processes.js';
import { entriesOf, findingsOf, mostMegabytes, sizeOf } from './findings.js';
import type { Closing } from './house.js';
import { openHouse } from './house.js';
import { probeImage } from './rights.js';
import { sbomOf } from './sbom.js';
import type { Image } from './store.js';
import { openStore } from './store.js';

const help = `Usage: npm run test:images

Builds the images of deploy/Dockerfile with buildah, in a store of its own that it removes afterwards, checks what is in them, writes
an SBOM of each to .cache/images/sbom, starts them as deploy/compose.yaml does, and logs somebody in. Takes some minutes, root, and
2 GB of /var/tmp. Ends with 1 when something is not as it should be.
`;

interface Row {
  readonly target: string;
  readonly megabytes: number;
  readonly packages: number;
  readonly files: number;
}

const began = Date.now();
const progress = (sentence: string) =>
  void process.stderr.write(`${String(Math.round((Date.now() - began) / 1000)).padStart(4)} s  ${sentence}\n`);

/**
 * @param directory where it may put some gigabytes, which the caller removes
 * @returns the exit code: 0, 1 when something does not hold, 2 when the command line was wrong
 */
export async function main(argv: readonly string[], directory: string): Promise<number> {
  if (argv.length > 0) {
    process.stderr.write(help);
    return argv[0] === '--help' ? 0 : 2;
  }
  const closing: Closing = [];
  try {
    const findings = await Promise.race([run(directory, closing), interruption()]);
    for (const finding of findings) process.stdout.write(`WRONG  ${finding}\n`);
    process.stdout.write(findings.length === 0 ? 'all is as it should be\n' : '');
    return findings.length === 0 ? 0 : 1;
  } finally {
    for (const close of closing) await close();
  }
}

/** Rejects when somebody wants this to end. */
const interruption = () =>
  new Promise<never>((_, reject) => {
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
      process.once(signal, () => reject(new Error(`ended by ${signal}`)));
    }
  });

async function run(directory: string, closing: Closing): Promise<readonly string[]> {
  const store = await openStore(path.join(directory, 'store'), progress);
  const targets = [...deployed('Dockerfile').matchAll(/^FROM base AS (\S+)$/gm)].flatMap(([, target]) => target ?? []);
  const images = new Map<string, Image>();
  const findings: string[] = [];
  const rows: Row[] = [];
  for (const target of targets) {
    progress(`building ${target}`);
    const image = await store.build(target);
    images.set(target, image);
    const entries = entriesOf(image);
    const { node, findings: probed } = await probeImage({ image, scratch: path.join(directory, 'probes', target) });
    findings.push(...[...findingsOf(image, entries), ...probed].map((finding) => `${target}: ${finding}`));
    const sbom = sbomOf(image, entries, node) as { readonly components: readonly unknown[] };
    const file = path.join(root, '.cache/images/sbom', `${target}.cdx.json`);
    mkdirSync(path.dirname(file), { recursive: true });
    writeFileSync(file, `${JSON.stringify(sbom, null, 2)}\n`);
    const files = entries.filter(({ stat }) => stat.isFile()).length;
    rows.push({ target, megabytes: sizeOf(entries), packages: sbom.components.length, files });
  }
  process.stdout.write(`${table(rows)}\n`);
  const house = await openHouse(images, directory, closing, progress);
  progress('logging in');
  const { tokens, introspection } = await logIn(house);
  const complete = ['access_token', 'refresh_token', 'id_token'].every((name) => typeof tokens[name] === 'string');
  if (!complete) findings.push(`login: the client got ${Object.keys(tokens).join(', ')}`);
  if (introspection['active'] !== true || introspection['sub'] !== 'ada') {
    findings.push(`login: introspection says ${JSON.stringify(introspection)}`);
  }
  if ([house.operatorKey, house.loginKey].some((key) => house.logs().includes(key))) {
    findings.push('login: a key of the admin API is in a log');
  }
  return [...findings, ...house.findings];
}

const table = (rows: readonly Row[]) =>
  [
    `| Image | MB (at most ${String(mostMegabytes)}) | Packages | Files |`,
    '| --- | --- | --- | --- |',
    ...rows.map(
      ({ target, megabytes, packages, files }) =>
        `| ${target} | ${megabytes.toFixed(1)} | ${String(packages)} | ${String(files)} |`,
    ),
  ].join('\n');
