// Tells eslint-plugin-boundaries where an import leads, by name alone: what is built or installed must not change a verdict.
const { existsSync } = require('node:fs');
const { builtinModules } = require('node:module');
const path = require('node:path');

const root = path.join(__dirname, '..', '..');

exports.interfaceVersion = 2;

exports.resolve = (source, file) => {
  if (source.startsWith('node:') || builtinModules.includes(source)) return { found: true, path: null };
  if (!source.startsWith('.')) return { found: true, path: path.join(root, 'node_modules', source) };
  const target = path.resolve(path.dirname(file), source);
  const written = target.replace(/\.js$/, '.ts');
  return { found: true, path: existsSync(written) ? written : target };
};
