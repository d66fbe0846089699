// The signer: keys for each set, their ages against their schedule, and one real signature.
import { signingV1 } from '@cardea/rpc';
import type { Config } from '@cardea/service';
import { randomBytes } from 'node:crypto';
import type { Finding } from '../findings/finding.js';
import { note, ok, warning, wrong } from '../findings/finding.js';
import type { KeyAdmin } from '../key-admin.js';
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
      found.push(await signatureOf(admin, config, keys));
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

/** One real signature, checked as anybody would check it, and whether it comes from where the settings say. */
async function signatureOf(
  admin: KeyAdmin,
  config: Config,
  published: readonly signingV1.PublicKey[],
): Promise<Finding> {
  const { verifyAttestation } = await import('@cardea/keys');
  const nonce = randomBytes(16).toString('base64url');
  const { jwt } = await admin.attest({ nonce });
  const keys = published.map(({ jwkJson }) => JSON.parse(jwkJson) as Record<string, unknown>);
  const claims = verifyAttestation(jwt, { keys, issuer: config.urls.self.issuer ?? '', nonce });
  const { kind } = claims['backend'] as { kind: string };
  if ((kind === 'hsm') === config.hsm.enabled) return ok('signature', `one was made (${kind}) and is right`);
  return warning(
    'signature',
    `one was made (${kind}) and is right, but hsm.enabled is ${String(config.hsm.enabled)} here`,
    {
      why: 'the keys service that runs has other settings than these',
      fix: 'give doctor all the files that the services have, or start the keys service anew',
    },
  );
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
