// Hydra's --pgp-key, --pgp-key-url and --keybase: a secret that is shown to the holder of a PGP key only. gpg does the work.
import type { Command } from 'commander';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import type { Json } from '../api/client.js';
import { Failure } from '../failure.js';

export interface EncryptionOptions {
  readonly pgpKey?: string;
  readonly pgpKeyUrl?: string;
  readonly keybase?: string;
}

export function withEncryption(command: Command): Command {
  return command
    .option('--pgp-key <base64>', 'show the secret encrypted to this PGP public key only; needs gpg')
    .option('--pgp-key-url <url>', 'the same, with the key that stands at an address')
    .option('--keybase <user>', 'the same, with the key of a Keybase user');
}

/**
 * Asked for before anything is created, so that no secret is lost when the key is not there.
 *
 * @returns what replaces a client's secret by base64 of its encryption, or leaves all as it is
 * @throws {Failure} when there is no key, it is none, or gpg is not installed
 */
export async function encrypterFor(options: EncryptionOptions): Promise<(client: Json) => Json> {
  const key = await publicKey(options);
  if (key === undefined) return (client) => client;
  // A trial: the key must be good before a secret depends on it.
  encrypt(key, 'trial');
  return (client) => {
    const secret = client['client_secret'];
    return typeof secret === 'string' ? { ...client, client_secret: encrypt(key, secret) } : client;
  };
}

async function publicKey({ pgpKey, pgpKeyUrl, keybase }: EncryptionOptions): Promise<Buffer | undefined> {
  if (pgpKey !== undefined) return Buffer.from(pgpKey, 'base64');
  const url = keybase === undefined ? pgpKeyUrl : `https://keybase.io/${encodeURIComponent(keybase)}/pgp_keys.asc`;
  if (url === undefined) return undefined;
  const response = await fetch(url, { signal: AbortSignal.timeout(15_000) }).catch((cause: unknown) => {
    throw new Failure(`the PGP key at ${url} cannot be fetched`, undefined, { cause });
  });
  if (!response.ok)
    throw new Failure(`the PGP key at ${url} cannot be fetched: it answered ${String(response.status)}`);
  return Buffer.from(await response.arrayBuffer());
}

function encrypt(key: Buffer, secret: string): string {
  const home = mkdtempSync(path.join(os.tmpdir(), 'cardea-pgp-'));
  try {
    const file = path.join(home, 'recipient');
    writeFileSync(file, key);
    const quiet = ['--batch', '--quiet', '--no-tty', '--homedir', home, '--no-autostart', '--trust-model', 'always'];
    const { error, status, stdout } = spawnSync('gpg', [...quiet, '--armor', '--recipient-file', file, '--encrypt'], {
      input: secret,
    });
    if (error !== undefined)
      throw new Failure('gpg is not installed: it encrypts secrets for --pgp-key', 1, { cause: error });
    if (status !== 0) throw new Failure('this PGP key cannot encrypt: give base64 of a public key with --pgp-key');
    return stdout.toString('base64');
  } finally {
    rmSync(home, { recursive: true, force: true });
  }
}
