// `cardea keys attest`: has the signer say what it is, and checks what a signer once said.
import type { Config } from '@cardea/service';
import { required } from '@cardea/service';
import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { Failure } from './failure.js';
import { askKeys } from './key-admin.js';
import type { Surroundings } from './main.js';

export interface AttestOptions {
  /** Undefined takes a new one. */
  readonly nonce?: string;
  /** Whether to print the JWS itself. */
  readonly jwt?: boolean;
  /** A file with an attestation; `-` is standard input. */
  readonly verify?: string;
  /** File or URL of a key set; without it the keys service is asked. */
  readonly jwks?: string;
}

type Jwk = Readonly<Record<string, unknown>>;

/** @throws {Failure} when it is not to be believed, or the keys are not to be had */
export async function attest(config: Config, options: AttestOptions, surroundings: Surroundings): Promise<void> {
  const { nonce = randomBytes(16).toString('base64url'), jwt: raw = false, verify, jwks } = options;
  if (verify === undefined) {
    await askKeys(config, async (admin) => {
      const { jwt } = await admin.attest({ nonce });
      const { keys } = await admin.listKeys({ keySet: '' });
      const claims = await checked(config, jwt, keysOf(keys), nonce);
      surroundings.out(raw ? `${jwt}\n` : pretty(claims));
    });
    return;
  }
  const jwt = verify === '-' ? await surroundings.input() : readText(verify);
  const told = options.nonce;
  if (jwks !== undefined) {
    surroundings.out(pretty(await checked(config, jwt, await readKeySet(jwks), told)));
    return;
  }
  await askKeys(config, async (admin) => {
    const { keys } = await admin.listKeys({ keySet: '' });
    surroundings.out(pretty(await checked(config, jwt, keysOf(keys), told)));
  });
}

const pretty = (claims: Jwk) => `${JSON.stringify(claims, null, 2)}\n`;
const keysOf = (keys: readonly { readonly jwkJson: string }[]) => keys.map(({ jwkJson }) => JSON.parse(jwkJson) as Jwk);

async function checked(config: Config, jwt: string, keys: readonly Jwk[], nonce: string | undefined): Promise<Jwk> {
  const { verifyAttestation } = await import('@cardea/keys');
  const issuer = required(config.urls.self.issuer, 'urls.self.issuer');
  try {
    return verifyAttestation(jwt, { keys, issuer, nonce });
  } catch (error) {
    throw new Failure(`the attestation is not to be believed: ${(error as Error).message}`);
  }
}

function readText(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    throw new Failure(`${file} cannot be read: ${(error as NodeJS.ErrnoException).code ?? String(error)}`);
  }
}

async function readKeySet(from: string): Promise<readonly Jwk[]> {
  const text = /^https?:\/\//.test(from) ? await fetchText(from) : readText(from);
  const document = jsonOf(text);
  const { keys } = (typeof document === 'object' && document !== null ? document : {}) as { keys?: unknown };
  if (!Array.isArray(keys)) throw new Failure(`${from} is no JSON Web Key Set`);
  return keys as readonly Jwk[];
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

async function fetchText(url: string): Promise<string> {
  try {
    const response = await fetch(url);
    if (!response.ok) throw new Error(`it answers ${String(response.status)}`);
    return await response.text();
  } catch (error) {
    throw new Failure(`${url} cannot be read: ${(error as Error).message}`);
  }
}
