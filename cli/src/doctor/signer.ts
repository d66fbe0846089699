// The signer: keys for each set, their ages against their schedule, and one real signature.
import { signingV1 } from '@cardea/rpc';
import { randomBytes } from 'node:crypto';
import type { Finding } from '../findings/finding.js';
import { note, ok, warning, wrong } from '../findings/finding.js';
import { askKeys } from '../key-admin.js';
import type { Checkup } from './checkup.js';
import { sentence } from './checkup.js';

const sets = ['hydra.openid.id-token', 'hydra.jwt.access-token'];
const day = 86_400_000;
/** A key that signs longer than this without a schedule was forgotten. */
const longMillis = 365 * day;

export async function lookAtSigner({ config, now }: Checkup): Promise<Finding[]> {
  const found: Finding[] = [];
  try {
    await askKeys(config, async (admin) => {
      const { keys } = await admin.listKeys({ keySet: '' });
      for (const set of sets) {
        const current = keys.filter((key) => key.keySet === set && key.state === signingV1.KeyState.CURRENT);
        if (current.length === 0) {
          found.push(
            wrong('keys', `no key of ${set} signs`, {
              why: 'no token of that kind can be made',
              fix: 'cardea keys bootstrap',
            }),
          );
        } else
          found.push(
            ...current.flatMap((key) => ageOf(key, keys, config.keys.rotation.interval, config.keys.prePublish, now())),
          );
      }
      const { jwt } = await admin.attest({ nonce: randomBytes(16).toString('base64url') });
      found.push(
        ok(
          'signature',
          `made by ${config.hsm.enabled ? 'the token' : 'a sealed key'}: ${String(jwt.length)} characters of attestation`,
        ),
      );
    });
  } catch (error) {
    return [
      ...found,
      wrong('keys', sentence(error), {
        why: 'nothing can be signed',
        decides: 'peers.keys.addresses, serve.keys.address, hsm.*',
        fix: 'start it (cardea serve keys); its log says what the token answered',
      }),
    ];
  }
  return found;
}

function ageOf(
  key: signingV1.PublicKey,
  keys: readonly signingV1.PublicKey[],
  interval: number | undefined,
  prePublish: number,
  now: number,
): Finding[] {
  const since = key.activatesAt?.getTime() ?? now;
  const age = now - since;
  const about = `${key.algorithm} of ${key.keySet}`;
  const says = `${key.keyId.slice(0, 8)} signs since ${new Date(since).toISOString()}`;
  if (interval === undefined) {
    if (age < longMillis) return [ok(about, says)];
    return [
      warning(about, `${says}, more than a year, and no schedule is set`, {
        decides: 'keys.rotation.interval',
        fix: 'keys: {rotation: {interval: 2160h}}, or cardea keys rotate',
      }),
    ];
  }
  const due = since + interval;
  const next = keys.some(
    ({ keySet, algorithm, state }) =>
      keySet === key.keySet && algorithm === key.algorithm && state === signingV1.KeyState.NEXT,
  );
  if (now > due + prePublish && !next) {
    return [
      wrong(about, `${says}; its successor was due at ${new Date(due).toISOString()}`, {
        why: 'the schedule does not run: does a keys service?',
        fix: 'cardea keys rotate, and the log of the keys service',
      }),
    ];
  }
  return next
    ? [ok(about, says), note(about, 'its successor is published')]
    : [ok(about, `${says}, until ${new Date(due).toISOString()}`)];
}
