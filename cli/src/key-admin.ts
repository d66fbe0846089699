// The keys service as its operator's commands see it.
import { OAuthError } from '@cardea/oauth';
import type { ClientOf } from '@cardea/rpc';
import { connectPeer, keyAdminV1, signingV1 } from '@cardea/rpc';
import type { Config } from '@cardea/service';
import { securityOf } from '@cardea/service';
import { randomUUID } from 'node:crypto';
import { exitCodes, Failure } from './failure.js';
import type { Surroundings } from './main.js';

export type KeyAdmin = ClientOf<typeof keyAdminV1.KeyAdminServiceService>;

/** Longer than a token looks for primes. */
const timeoutMillis = 60_000;

/**
 * @throws {ConfigError} for half a set of certificates; {OAuthError} what the service says; {Failure} that nobody reaches it, or that
 *   it does not admit whoever asks
 */
export async function askKeys(config: Config, work: (admin: KeyAdmin) => Promise<void>): Promise<void> {
  const { addresses, tls } = config.peers.keys;
  const [setting, chosen] =
    addresses.length > 0
      ? (['peers.keys.addresses', addresses] as const)
      : (['serve.keys.address', [config.serve.keys.address]] as const);
  const peer = connectPeer({ addresses: chosen, security: securityOf(tls, 'peers.keys') });
  try {
    await work(peer.client(keyAdminV1.KeyAdminServiceService, { timeoutMillis }));
  } catch (error) {
    throw withPlace(error, `${chosen.join(', ')} (${setting})`);
  } finally {
    await peer.close();
  }
}

/** gRPC's status of a caller who is on no allow-list. */
const permissionDenied = 7;

/** What the transport says has a cause, and becomes where to look; what the service itself says stays as it is. */
function withPlace(error: unknown, place: string): unknown {
  if (!(error instanceof OAuthError) || error.cause === undefined) return error;
  if ((error.cause as { code?: unknown }).code === permissionDenied) {
    return new Failure(
      `the keys service at ${place} does not admit the certificate of this command: serve.keys.allow.admin names those it admits`,
      exitCodes.unauthorized,
      { cause: error },
    );
  }
  return new Failure(
    `the keys service cannot be reached at ${place}: start it (\`cardea serve keys\`), or say where it listens by --config or ` +
      `PEERS_KEYS_ADDRESSES; peers.keys.tls where it asks for certificates`,
    exitCodes.unavailable,
    { cause: error },
  );
}

/**
 * What breaks when a key signs before everybody can know it: undefined when nothing does, for the set signs nothing yet or its
 * verifiers have the time they need.
 *
 * @param wanted.after seconds until it signs
 * @param wanted.prePublish how long verifiers may keep a copy of the key set, milliseconds
 */
export async function strangerToVerifiers(
  admin: KeyAdmin,
  { set, after, prePublish }: { set: string; after: number; prePublish: number },
): Promise<string | undefined> {
  const needed = Math.ceil(prePublish / 1000);
  if (after >= needed) return undefined;
  const { keys } = await admin.listKeys({ keySet: set });
  const signing = [...new Set(keys.filter(isCurrent).map(({ keySet }) => keySet))];
  if (signing.length === 0) return undefined;
  return (
    `A key that signs ${String(after)} s after it was published is not known to those who keep a copy of the JWKS (keys.pre_publish: ` +
    `${String(needed)} s): they refuse the tokens it signs for ${signing.join(' and ')} until they read it again.`
  );
}

const isCurrent = ({ state }: signingV1.PublicKey) => state === signingV1.KeyState.CURRENT;

/** @param wanted.after seconds until it signs */
export async function createKey(
  admin: KeyAdmin,
  wanted: { set: string; algorithm: string; after: number },
): Promise<signingV1.PublicKey> {
  const { set: keySet, algorithm, after: activateAfterSeconds } = wanted;
  const { key } = await admin.createKey({ requestId: randomUUID(), keySet, algorithm, activateAfterSeconds });
  if (key === undefined) throw new Error('the keys service answered no key');
  return key;
}

/** @param set only this one; empty means all */
export async function rotateKeys(admin: KeyAdmin, set: string, after: number): Promise<signingV1.PublicKey[]> {
  const { keys } = await admin.listKeys({ keySet: set });
  const made: signingV1.PublicKey[] = [];
  for (const { keySet, algorithm } of keys.filter(isCurrent)) {
    made.push(await createKey(admin, { set: keySet, algorithm, after }));
  }
  return made;
}

/** A line a key. */
export function describe(keys: readonly signingV1.PublicKey[]): string {
  const rows = keys.map(({ keySet, keyId, algorithm, state, activatesAt }) => [
    ...[keySet, algorithm, state.replace('KEY_STATE_', '').toLowerCase()],
    ...[activatesAt?.toISOString() ?? '', keyId],
  ]);
  const table = [['KEY SET', 'ALG', 'STATE', 'SIGNS FROM', 'KID'], ...rows];
  const widths = (table[0] ?? []).map((_, column) => Math.max(...table.map((row) => row[column]?.length ?? 0)));
  return table
    .map(
      (row) =>
        `${row
          .map((cell, column) => cell.padEnd(widths[column] ?? 0))
          .join('  ')
          .trimEnd()}\n`,
    )
    .join('');
}

export function warn({ err }: Surroundings, warnings: readonly string[]): void {
  for (const warning of warnings) err(`cardea: ${warning}\n`);
}
