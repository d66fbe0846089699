// What the keys service reads from the configuration, checked before anything is opened.
import type { RotationRules } from '@cardea/oauth';
import type { Config } from '@cardea/service';
import { scryptSync } from 'node:crypto';
import { ConfigError, required } from '@cardea/service';
import type { SigningSetRules } from './json-web-key/signing-set.js';
import type { Policy } from './policy/statement.js';
import { hasMlDsa } from './sealed/generate.js';

/** The settings of a PKCS#11 token. */
export interface HsmSettings {
  readonly library: string;
  readonly pin: string;
  /** Wins over the slot. */
  readonly tokenLabel: string | undefined;
  readonly slot: number | undefined;
  /** Put before key set names in `CKA_LABEL`. */
  readonly keySetPrefix: string;
  /** Worker threads with a session each. */
  readonly sessions: number;
  /** Bits of the modulus of a new RSA key. */
  readonly rsaBits: number;
}

export type BackendSettings =
  | { readonly kind: 'hsm'; readonly hsm: HsmSettings }
  | { readonly kind: 'sealed'; readonly keks: readonly Buffer[]; readonly rsaBits: number; readonly mlDsa: boolean };

/** @throws {ConfigError} naming the setting, never its value */
export function backendSettings({ hsm, keys }: Config): BackendSettings {
  const { rsaBits, mlDsa } = keys;
  if (rsaBits % 8 !== 0) throw new ConfigError('keys.rsa_bits must be a multiple of 8');
  if (mlDsa && hsm.enabled) throw new ConfigError('keys.ml_dsa needs software keys: no HSM is asked for ML-DSA yet');
  if (mlDsa && !hasMlDsa()) {
    throw new ConfigError(`keys.ml_dsa needs Node.js 24.7 or newer: ${process.version} has no ML-DSA`);
  }
  if (!hsm.enabled) return { kind: 'sealed', keks: required(keys.kek, 'keys.kek').map(kekOf), rsaBits, mlDsa };
  if (hsm.tokenLabel === undefined && hsm.slot === undefined) {
    throw new ConfigError('hsm.token_label or hsm.slot must say which token holds the keys');
  }
  const { tokenLabel, slot, keySetPrefix, sessions } = hsm;
  return {
    kind: 'hsm',
    hsm: {
      library: required(hsm.library, 'hsm.library'),
      pin: required(hsm.pin, 'hsm.pin'),
      ...{ tokenLabel, slot, keySetPrefix, sessions, rsaBits },
    },
  };
}

/** Key-encryption keys for what is sealed beside the signing keys; none where an HSM makes them unnecessary. */
export function documentKeks({ keys }: Config): readonly Buffer[] {
  return keys.kek.map(kekOf);
}

/** How the signing sets behave towards Hydra's key API. */
export function signingSetRules({ profile, keys }: Config): SigningSetRules {
  const compatible = profile === 'hydra-compat';
  return {
    // Our own doors publish it within this time, so that whoever meets an unknown key there finds it.
    prePublishSeconds: compatible ? 1 : Math.ceil(keys.prePublish / 1000),
    answerWhenSigning: compatible,
    asksTwice: !compatible,
    reveal: compatible,
  };
}

/**
 * @returns undefined when keys are only made by hand
 * @throws {ConfigError} when a key would be replaced before it signed
 */
export function rotationRules({ keys }: Config, { longest }: Policy): RotationRules | undefined {
  const { rotation, prePublish } = keys;
  const { interval } = rotation;
  if (interval === undefined) return undefined;
  if (interval <= prePublish) throw new ConfigError('keys.rotation.interval must be longer than keys.pre_publish');
  const keepSeconds = Math.max(longest.idToken, longest.accessToken, longest.logoutToken) + skewSeconds;
  return { interval, prePublish, keep: keepSeconds * 1000 };
}

/** Verifiers' clocks may be slow. */
const skewSeconds = 300;

function kekOf(text: string, index: number): Buffer {
  return text.startsWith('scrypt:') ? stretched(text, index) : plainKek(text, index);
}

function plainKek(text: string, index: number): Buffer {
  const kek = Buffer.from(text, 'base64');
  const spelled = kek.toString('base64').replace(/=+$/, '') === text.replace(/=+$/, '');
  if (kek.length !== 32 || !spelled || kek.every((byte) => byte === kek[0])) {
    throw new ConfigError(`keys.kek: entry ${String(index + 1)} must be base64 of 32 random bytes`);
  }
  return kek;
}

/** What OWASP asks of scrypt: 128 MiB and a third of a second, once at start. */
const scryptCost = { N: 2 ** 17, r: 8, p: 1, maxmem: 2 ** 28 };

function stretched(text: string, index: number): Buffer {
  const [, salt = '', passphrase = ''] = /^scrypt:([A-Za-z0-9+/]{22,}={0,2}):(.{16,})$/s.exec(text) ?? [];
  if (passphrase === '') {
    throw new ConfigError(
      `keys.kek: entry ${String(index + 1)} must be scrypt:SALT:PASSPHRASE, base64 of 16 random bytes and 16 characters or more`,
    );
  }
  return scryptSync(passphrase, Buffer.from(salt, 'base64'), 32, scryptCost);
}

// Longer than anybody should want, so that a client's own lifespan passes and a token for ever does not.
const longestSeconds = 31 * 24 * 3600;
/** OpenID Connect Back-Channel Logout §2.4 recommends two minutes. */
const longestLogoutSeconds = 600;

/** @param now milliseconds since the epoch */
export function policyOf(config: Config, now: () => number): Policy {
  const longest = (millis: number) => Math.max(longestSeconds, Math.ceil(millis / 1000));
  return {
    issuer: required(config.urls.self.issuer, 'urls.self.issuer'),
    longest: {
      idToken: longest(config.ttl.idToken),
      accessToken: longest(config.ttl.accessToken),
      logoutToken: longestLogoutSeconds,
    },
    now,
    style: {
      scopeClaim: config.strategies.jwt.scopeClaim,
      topLevel: config.oauth2.allowedTopLevelClaims,
      mirrored: config.oauth2.mirrorTopLevelClaims,
      preserved: config.oauth2.preserveExtClaims,
      withoutNotBefore: config.oauth2.excludeNotBeforeClaim,
    },
  };
}
