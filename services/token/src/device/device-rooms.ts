// What the legs of the device flow share: codes, their seals, and the settings they were given (RFC 8628).
import type { Authorization, DeviceRequest, UserCodeForm } from '@cardea/oauth';
import type { Challenges } from '../authorize/challenge.js';
import { createChallenges } from '../authorize/challenge.js';
import type { RateLimit } from '../rate-limit/rate-limit.js';
import type { Seal } from '../seal.js';
import { createSeal } from '../seal.js';
import type { Database } from '../storage/database.js';
import type { DeviceCodes } from '../storage/device-codes.js';
import { createDeviceCodes } from '../storage/device-codes.js';
import type { TokenRef } from '../storage/tokens.js';
import type { UserCodes } from './user-codes.js';
import { createUserCodes } from './user-codes.js';

export interface DeviceSettings {
  readonly codeSeconds: number;
  /** Between two polls, to begin with. */
  readonly intervalSeconds: number;
  readonly userCode: UserCodeForm;
  /** Where codes are typed, and where it is said that all went well: absolute URLs. */
  readonly pages: { readonly verification: string; readonly success: string };
  readonly csrfCookie: string;
}

/** A browser at the verification page, before anybody has typed anything. */
export interface DeviceChallenge {
  /** Seconds since the epoch. */
  readonly expiresAt: number;
  /** SHA-256 of the browser's cookie. */
  readonly browser: Buffer;
  /** The browser's network address, empty when it is not known: whose guesses are counted. */
  readonly address: string;
}

/** The same browser, once it has shown a user code that exists. */
export interface DeviceVerifier extends Omit<DeviceChallenge, 'address'> {
  readonly device: TokenRef;
}

/** What the row of a device code remembers. */
export interface DeviceCodeBody extends DeviceRequest {
  /** Seconds since the epoch. */
  readonly requestedAt: number;
  /** Since somebody approved. */
  readonly authorization?: Authorization;
}

export interface DeviceRooms {
  readonly settings: DeviceSettings;
  readonly codes: DeviceCodes;
  readonly userCodes: UserCodes;
  /** On wrong user codes. */
  readonly limit: RateLimit;
  readonly challenges: Challenges<DeviceChallenge>;
  readonly verifiers: Challenges<DeviceVerifier>;
  sealBody(key: Buffer, body: DeviceCodeBody): Buffer;
  /** @throws when the row is not what this service wrote */
  openBody(key: Buffer, sealed: Buffer): DeviceCodeBody;
}

export function createDeviceRooms(options: {
  database: Database;
  /** `secrets.system`, newest first. */
  secrets: readonly string[];
  settings: DeviceSettings;
  limit: RateLimit;
  random: (bytes: number) => Buffer;
}): DeviceRooms {
  const { database, secrets, settings, limit, random } = options;
  const seal = (purpose: string): Seal => createSeal(secrets, purpose, random);
  const rows = seal('device_code');
  return {
    settings,
    limit,
    codes: createDeviceCodes(database),
    userCodes: createUserCodes({ secrets, form: settings.userCode, random }),
    challenges: createChallenges(
      seal('device_challenge'),
      ({ expiresAt, browser, address }) => JSON.stringify([expiresAt, browser.toString('base64url'), address]),
      (text) => {
        const [expiresAt, browser, address] = JSON.parse(text) as [number, string, string];
        return { expiresAt, browser: Buffer.from(browser, 'base64url'), address };
      },
    ),
    verifiers: createChallenges(
      seal('device_verifier'),
      ({ expiresAt, browser, device }) =>
        JSON.stringify([expiresAt, browser.toString('base64url'), device.key.toString('base64url'), device.expiresAt]),
      (text) => {
        const [expiresAt, browser, key, deviceExpiresAt] = JSON.parse(text) as [number, string, string, number];
        return {
          expiresAt,
          browser: Buffer.from(browser, 'base64url'),
          device: { key: Buffer.from(key, 'base64url'), expiresAt: deviceExpiresAt },
        };
      },
    ),
    sealBody: (key, body) => rows.seal(key, Buffer.from(JSON.stringify(body))),
    openBody(key, sealed) {
      const plain = rows.open(key, sealed);
      if (plain === undefined) throw new Error('a device code row does not open: is a secret missing?');
      return JSON.parse(plain.toString()) as DeviceCodeBody;
    },
  };
}
