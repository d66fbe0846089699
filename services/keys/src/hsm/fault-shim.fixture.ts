// A SoftHSM token behind the library of services/keys/fault-shim: it does wrong what it is told to, and counts what it was asked.
import { mkdtempSync, readFileSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { needed } from '../database.fixture.js';
import type { TestToken } from '../hsm-token.fixture.js';
import { createTestToken } from '../hsm-token.fixture.js';

export interface Faults {
  /** What goes wrong from now on, in place of all before: lines of `fail`, `delay` and the like; none for a token that is well. */
  rules(...lines: readonly string[]): void;
  /** What a process has asked the library for. */
  calls(pid: number): Calls;
}

export type FaultyToken = TestToken & Faults;

export interface Calls {
  /** Of this function. */
  readonly made: (name: string) => number;
  /** Those that reached SoftHSM. */
  readonly passedOn: (name: string) => number;
  readonly openSessions: number;
}

/** Codes as PKCS#11 3.0 numbers them. */
export const codes = {
  CKR_GENERAL_ERROR: 0x5,
  CKR_DEVICE_ERROR: 0x30,
  CKR_DEVICE_REMOVED: 0x32,
  CKR_KEY_HANDLE_INVALID: 0x60,
  CKR_MECHANISM_INVALID: 0x70,
  CKR_OBJECT_HANDLE_INVALID: 0x82,
  CKR_OPERATION_ACTIVE: 0x90,
  CKR_OPERATION_NOT_INITIALIZED: 0x91,
  CKR_PIN_INCORRECT: 0xa0,
  CKR_PIN_LOCKED: 0xa4,
  CKR_SESSION_CLOSED: 0xb0,
  CKR_SESSION_COUNT: 0xb1,
  CKR_SESSION_HANDLE_INVALID: 0xb3,
  CKR_TOKEN_NOT_PRESENT: 0xe0,
  CKR_USER_NOT_LOGGED_IN: 0x101,
  CKR_BUFFER_TOO_SMALL: 0x150,
  CKR_CRYPTOKI_NOT_INITIALIZED: 0x190,
  /** Some vendor's own. */
  CKR_VENDOR_DEFINED: 0x80000042,
} as const;

export type Code = keyof typeof codes;

/** How many of all calls, between 0 and 1, and how often at most (0: no matter how often). */
interface Extent {
  readonly share?: number;
  readonly times?: number;
}

const line = (call: string, what: string, value: number, { share = 1, times = 0 }: Extent) =>
  [call, what, `0x${value.toString(16)}`, Math.round(share * 1e6), times].join(' ');

/** @param call a PKCS#11 function, or `*` */
export const fail = (call: string, code: Code, extent: Extent = {}) => line(call, 'fail', codes[code], extent);
export const delay = (call: string, millis: number, extent: Extent = {}) => line(call, 'delay', millis, extent);
export const hang = (call: string, extent: Extent = {}) => line(call, 'hang', 0, extent);
/** Signatures with a wrong bit. */
export const corrupt = (extent: Extent = {}) => line('C_Sign', 'corrupt', 0, extent);
/** Lets go of what hangs. */
export const release = 'release';
export const sessionsAtMost = (most: number) => `sessions ${String(most)}`;
/** Other dice. */
export const seed = (number: number) => `seed ${String(number)}`;

export function createFaultyToken(): FaultyToken {
  const token = createTestToken();
  const home = mkdtempSync(path.join(tmpdir(), 'cardea-faults-'));
  const environment = {
    ...token.environment,
    HSM_LIBRARY: needed('CARDEA_TEST_HSM_SHIM'),
    CARDEA_FAULTS: home,
    CARDEA_FAULTS_LIBRARY: token.environment['HSM_LIBRARY'] ?? '',
  };
  return {
    ...token,
    ...openFaults(home),
    environment,
    remove() {
      token.remove();
      rmSync(home, { recursive: true, force: true });
    },
  };
}

/** @param home what `CARDEA_FAULTS` names */
export function openFaults(home: string): Faults {
  return {
    rules(...lines) {
      const file = path.join(home, 'rules');
      writeFileSync(`${file}.new`, `${lines.join('\n')}\n`);
      renameSync(`${file}.new`, file);
    },
    calls: (pid) => readCalls(path.join(home, `calls.${String(pid)}`)),
  };
}

const recordBytes = 64;
const nameBytes = 40;

function readCalls(file: string): Calls {
  const bytes = readFileSync(file);
  const records = new Map<string, readonly [made: number, passedOn: number, open: number]>();
  for (let at = 0; at < bytes.length; at += recordBytes) {
    const name = bytes.toString('latin1', at, at + nameBytes).replace(/\0+$/, '');
    const counts = [0, 8, 16].map((offset) => Number(bytes.readBigUInt64LE(at + nameBytes + offset)));
    records.set(name, counts as [number, number, number]);
  }
  const of = (name: string) => {
    const found = records.get(name);
    if (found === undefined) throw new Error(`the shim does not count ${name}`);
    return found;
  };
  return { made: (name) => of(name)[0], passedOn: (name) => of(name)[1], openSessions: of('C_OpenSession')[2] };
}

/** Threads of a process, those of libraries included. */
export function threadsOf(pid: number): number {
  return readdirSync(`/proc/${String(pid)}/task`).length;
}
