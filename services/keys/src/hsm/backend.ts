// Keys in a PKCS#11 token: objects by CKA_LABEL = prefix and key set, CKA_ID = kid, as Hydra lays them out.
import { newAlgorithms, OAuthError } from '@cardea/oauth';
import type { Log } from '@cardea/service';
import type { JsonWebKey } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { KeptPair, KeyBackend, KeyName, StoredKey } from '../backend.js';
import type { HsmSettings } from '../settings.js';
import { cannotSign } from '../unavailable.js';
import { verifies } from '../verifies.js';
import type { Job, KeyDescription, TokenKey } from './messages.js';
import { TokenError } from './return-codes.js';
import { openSessionPool } from './session-pool.js';

const generateMillis = 60_000;
const examineMillis = 5_000;
/** How long a key that is to be made waits for a token that is away. */
const returnMillis = 5_000;
/** Signed to see whether the halves belong together; not the shape of a JWS. */
const trial = 'cardea examination';

export async function openHsmBackend(
  hsm: HsmSettings,
  options: { log: Log; now: () => number; sessionLost: () => void },
): Promise<KeyBackend> {
  const { now } = options;
  const pool = await openSessionPool({ hsm, ...options });
  const keys = new Map<string, TokenKey>();
  const label = (keySet: string) => hsm.keySetPrefix + keySet;
  const tokenKey = ({ kid, keySet, algorithm, jwk }: StoredKey): TokenKey => {
    let key = keys.get(kid);
    if (key === undefined) keys.set(kid, (key = { kid, label: label(keySet), algorithm, jwk }));
    return key;
  };
  const sign = async (key: StoredKey, input: string, deadline: number): Promise<Uint8Array> => {
    try {
      return (await pool.run({ kind: 'sign', kid: key.kid, input, deadline }, tokenKey(key))) as Uint8Array;
    } catch (error) {
      throw error instanceof TokenError ? cannotSign(error.message, error) : error;
    }
  };

  /**
   * A token without any key passes for one that went away, and is looked at again every second: the first key of a new token waits
   * for such a moment. What the pool refuses was never sent to the token, so nothing is made twice.
   */
  const generate = async (job: Job): Promise<unknown> => {
    for (const until = now() + returnMillis; ; await sleep(100)) {
      try {
        return await pool.run(job);
      } catch (error) {
        if (!(error instanceof OAuthError) || now() >= until) throw error;
      }
    }
  };
  const named = ({ keySet, kid, algorithm }: KeyName, patience: number) => ({
    ...{ kid, label: label(keySet), algorithm, deadline: now() + patience },
  });
  const kept = (jwk: unknown): KeptPair => ({ jwk: jwk as JsonWebKey, sealed: undefined });

  return {
    kind: 'hsm',
    generate: async (name) => {
      if (newAlgorithms.has(name.algorithm)) {
        throw new OAuthError('invalid_request', `A key for ${name.algorithm} cannot be made in an HSM yet.`);
      }
      return kept(await generate({ kind: 'generate', rsaBits: hsm.rsaBits, ...named(name, generateMillis) }));
    },
    adopt: async (name) => kept(await pool.run({ kind: 'adopt', ...named(name, examineMillis) })),
    ended: (kid) => pool.drop(kid),
    forget: (kid) => void keys.delete(kid),
    async destroy(key) {
      await pool.run({ kind: 'destroy', ...named(key, examineMillis) });
    },
    async examine(key) {
      const deadline = now() + examineMillis;
      await pool.run({ kind: 'examine', kid: key.kid, deadline }, tokenKey(key));
      if (!verifies(key, trial, await sign(key, trial, deadline))) throw new Error('its halves do not belong together');
    },
    async describe(stored) {
      const described = new Map<string, KeyDescription>();
      for (const key of stored) {
        const job = { kind: 'describe', kid: key.kid, deadline: now() + examineMillis } as const;
        described.set(key.kid, (await pool.run(job, tokenKey(key))) as KeyDescription);
      }
      const [first] = described.values();
      return {
        facts: { ...first?.token, library: { path: hsm.library, ...first?.token.library } },
        attributes: new Map([...described].map(([kid, { attributes }]) => [kid, attributes])),
      };
    },
    sign,
    problem: () => pool.problem(),
    close: () => pool.close(),
  };
}
