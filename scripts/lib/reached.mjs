// Which files of node_modules a program can ever load: what its own code imports or requires, followed by esbuild as Node resolves
// it, and whole packages where names are made at run time. All else in an image is weight, and something to attack.
import { build } from 'esbuild';
import { readFileSync, readdirSync, realpathSync, rmSync } from 'node:fs';
import path from 'node:path';

/** Code that finds files by names of its own making: workers, native halves, pages. */
const namesFiles =
  /\brequire\(\s*[^'"`\s)]|\bimport\(\s*[^'"`\s)]|\brequire\.resolve\b|\bcreateRequire\b|__dirname|import\.meta\.(url|dirname|resolve)/;
const code = /\.[cm]?jsx?$/;
/** Of no use to Node wherever it lies: sources of TypeScript, maps, pages for people, tests, bundles for browsers, other machines' halves. */
const foreign = `\\.[cm]?tsx?$|\\.map$|\\.md$|\\.markdown$|\\.flow$|\\.tsbuildinfo$|\\.min\\.js$|(^|/)@types/|/prebuilds/(?!linux-${process.arch}/)`;
const besides =
  '/node_modules/(?:@[^/]+/)?[^/]+/(?:tests?|examples?|benchmarks?)/|/(?:bullmq/dist/esm|msgpackr/dist|protobufjs/dist)/';
const unused = new RegExp(`${foreign}|${besides}`);

const packageOf = (file) => /^(?:.*\/)?node_modules\/(?:@[^/]+\/)?[^/]+(?=\/)/.exec(file)?.[0];

/** A package that is not there is one that somebody would use if it were. */
const missing = {
  name: 'missing',
  setup(steps) {
    steps.onResolve({ filter: /./ }, async ({ path: name, importer, namespace, resolveDir, kind, pluginData }) => {
      if (pluginData === 'asked' || kind === 'entry-point') return undefined;
      const found = await steps.resolve(name, { importer, namespace, resolveDir, kind, pluginData: 'asked' });
      return found.errors.length > 0 ? { path: name, external: true } : found;
    });
  },
};

/** `module-sync` is asked for by a Node that can require modules; none asks for esbuild's `module`. */
const conditions = process.features.require_module === true ? ['module-sync'] : [];

/** All files, relative to the directory, that these load. */
async function inputsOf(entryPoints, directory) {
  const { metafile } = await build({
    ...{ entryPoints, absWorkingDir: directory, outdir: '/nowhere', bundle: true, write: false, metafile: true },
    // What many entries share is written once: hundreds of them, each with all that it loads, are gigabytes.
    splitting: true,
    ...{ platform: 'node', format: 'esm', target: 'node20', conditions, logLevel: 'error' },
    loader: { '.node': 'empty' },
    plugins: [missing],
  });
  return new Set(Object.keys(metafile.inputs));
}

/**
 * Removes from a tree's packages what its workspaces never reach.
 *
 * @param {string} target holds workspaces and node_modules
 * @param {string[]} entryPoints the workspaces' own code, relative to it
 * @param {string[]} named packages that workspaces depend on: one that no code imports has files that they read
 */
export async function dropUnreached(target, entryPoints, named) {
  const root = realpathSync(target);
  const inputs = await inputsOf(entryPoints, root);
  const reached = new Set([...inputs].map(packageOf));
  const read = (file) => readFileSync(path.join(root, file), 'utf8');
  const finders = [...inputs].filter((file) => packageOf(file) && code.test(file) && namesFiles.test(read(file)));
  const assets = named.map((name) => `node_modules/${name}`).filter((place) => !reached.has(place));
  const whole = new Set([...finders.map(packageOf), ...assets]);
  const modules = path.join(root, 'node_modules');
  for (const place of filesBelow(modules)) {
    const file = path.relative(root, place);
    const own = packageOf(file);
    const wanted = whole.has(own) || (reached.has(own) && !code.test(file));
    if (!inputs.has(file) && (!wanted || unused.test(`/${file}`))) rmSync(place);
  }
  tidy(modules);
}

/** Links to workspaces are not followed, which Node's own recursion does. */
function* filesBelow(directory) {
  for (const entry of readdirSync(directory, { withFileTypes: true })) {
    const place = path.join(directory, entry.name);
    if (entry.isDirectory()) yield* filesBelow(place);
    else if (entry.isFile()) yield place;
  }
}

/** No links to programs, which nobody starts, and no directories without files. */
function tidy(directory) {
  for (const entry of readdirSync(directory, { withFileTypes: true })) {
    const place = path.join(directory, entry.name);
    if (entry.name === '.bin') rmSync(place, { recursive: true });
    else if (entry.isDirectory()) tidy(place);
  }
  if (readdirSync(directory).length === 0) rmSync(directory, { recursive: true });
}
