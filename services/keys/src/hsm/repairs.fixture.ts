// Signs while the library fails one call with each code in turn, and tells what each cost: a program for return-codes.test.ts.
import { loadConfig } from '@cardea/service';
import type { JsonWebKey } from 'node:crypto';
import { createPublicKey, verify } from 'node:crypto';
import { backendSettings } from '../settings.js';
import type { Code } from './fault-shim.fixture.js';
import { codes, fail, openFaults } from './fault-shim.fixture.js';
import type { Job, JobResult } from './messages.js';
import { createSessionJobs } from './session-jobs.js';
import type { TokenError } from './return-codes.js';
import { openToken } from './token.js';

/** What one signature was like. */
export interface Repair {
  readonly verifies: boolean;
  /** How it failed, if it did. */
  readonly remedy: string | null;
  /** Whether this session can do no more. */
  readonly over: boolean;
  readonly sessionsLost: number;
  /** Calls that were made. */
  readonly signInits: number;
  readonly logins: number;
  readonly openSessions: number;
}

const settings = backendSettings(loadConfig({ env: process.env }));
if (settings.kind !== 'hsm') throw new Error('HSM_ENABLED must be set');
const { rules, calls } = openFaults(process.env['CARDEA_FAULTS'] ?? '');
const ourCalls = () => calls(process.pid);

const token = await openToken(settings.hsm, false);
const session = createSessionJobs(token);
const deadline = Date.now() + 60_000;
const name = { kid: 'fault', label: 'faults', algorithm: 'ES256' };
const made = session.run({ kind: 'generate', rsaBits: 2048, ...name, deadline });
if (!('value' in made)) throw new Error(JSON.stringify(made));
const jwk = made.value as JsonWebKey;
session.know([{ ...name, jwk }]);
const key = createPublicKey({ key: jwk, format: 'jwk' });
const input = 'header.claims';
const job: Job = { kind: 'sign', kid: name.kid, input, deadline };

function sign(): Repair {
  const before = ourCalls();
  let result: JobResult | undefined;
  let thrown: TokenError | undefined;
  try {
    result = session.run(job);
  } catch (error) {
    thrown = error as TokenError;
  }
  const after = ourCalls();
  const verifies = (signature: Uint8Array) =>
    verify('sha256', Buffer.from(input), { key, dsaEncoding: 'ieee-p1363' }, signature);
  return {
    verifies: result !== undefined && 'value' in result && verifies(result.value as Uint8Array),
    remedy: thrown?.remedy ?? (result !== undefined && 'failure' in result ? result.failure.remedy : null),
    over: thrown !== undefined,
    sessionsLost: session.takeSessionsLost(),
    signInits: after.made('C_SignInit') - before.made('C_SignInit'),
    logins: after.made('C_Login') - before.made('C_Login'),
    openSessions: after.openSessions,
  };
}

/** Signs under these rules, then once more when the token is well again. */
function under(...lines: readonly string[]): { first: Repair; next: Repair } {
  rules(...lines);
  const first = sign();
  rules();
  return { first, next: sign() };
}

const once = { times: 1 };
const all = Object.keys(codes) as Code[];
sign();
const report = {
  signing: all.map((code) => [code, under(fail('C_Sign', code, once))] as const),
  beginning: all.map((code) => [code, under(fail('C_SignInit', code, once))] as const),
  wrongPin: under(fail('C_Sign', 'CKR_DEVICE_ERROR', once), fail('C_Login', 'CKR_PIN_INCORRECT')),
  noSession: under(fail('C_Sign', 'CKR_DEVICE_ERROR', once), fail('C_OpenSession', 'CKR_SESSION_COUNT')),
  closing: under(fail('C_Sign', 'CKR_DEVICE_ERROR', once), fail('C_CloseSession', 'CKR_DEVICE_ERROR', once)),
  always: under(fail('C_Sign', 'CKR_DEVICE_ERROR')),
};
process.stdout.write(JSON.stringify(report));
session.close();
