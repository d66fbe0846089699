// Files with secrets in them that other users of the machine can read or change.
import { statSync } from 'node:fs';
import type { Finding } from '../findings/finding.js';
import { ok, warning, wrong } from '../findings/finding.js';
import type { Checkup } from './checkup.js';

export function lookAtFiles({ files, env, config }: Checkup): Finding[] {
  const named = Object.entries(env).flatMap(([name, file]) =>
    name.endsWith('_FILE') &&
    /^(?:SECRETS|DSN|REDIS|KEYS|HSM|OIDC|URLS|SERVE)_/.test(name) &&
    file !== undefined &&
    file !== ''
      ? [file]
      : [],
  );
  const private_ = [
    ...[config.serve.public.tls, config.serve.admin.tls, config.serve.tls].map(({ key }) => key.path),
    ...[config.serve.token.tls, config.serve.keys.tls, config.peers.token.tls, config.peers.keys.tls].map(
      ({ keyFile }) => keyFile,
    ),
  ].filter((file): file is string => file !== undefined && file !== '');
  const all = [...new Set([...files, ...named, ...private_])];
  const found = all.flatMap((file) => modeOf(file));
  return found.length === 0 && all.length > 0 ? [ok('files', 'nobody else can read or change them')] : found;
}

function modeOf(file: string): Finding[] {
  let mode: number;
  try {
    mode = statSync(file).mode;
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? String(error);
    return [wrong(file, `it cannot be looked at: ${code}`, { fix: 'see its name, and the rights of this user' })];
  }
  if ((mode & 0o022) !== 0) {
    return [wrong(file, 'other users can change it', { why: 'it decides who may sign', fix: `chmod go-w ${file}` })];
  }
  if ((mode & 0o004) === 0) return [];
  return [
    warning(file, 'every user of this machine can read it', {
      why: 'secrets stand in it, or may',
      fix: `chmod o-r ${file}`,
    }),
  ];
}
