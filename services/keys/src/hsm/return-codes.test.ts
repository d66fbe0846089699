// What each return code of a PKCS#11 library costs, with a real SoftHSM behind one that fails as it is told (security F17, I07,
// I13; PKCS#11 3.0 §5.1).
import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import type { TestDatabase } from '../database.fixture.js';
import { createTestDatabase } from '../database.fixture.js';
import type { KeysProcess, Programs } from '../installation.fixture.js';
import { bootstrap, bundlePrograms, runProgram, startKeys, until } from '../installation.fixture.js';
import { idTokenRequest, isSignedBy } from '../requests.fixture.js';
import type { Code, FaultyToken } from './fault-shim.fixture.js';
import { codes, createFaultyToken, fail, sessionsAtMost } from './fault-shim.fixture.js';
import type { Repair } from './repairs.fixture.js';

// Real processes on a machine that may be busy.
jest.setTimeout(300_000);

interface Signatures {
  readonly first: Repair;
  readonly next: Repair;
}
interface Report {
  readonly signing: readonly (readonly [Code, Signatures])[];
  readonly beginning: readonly (readonly [Code, Signatures])[];
  readonly wrongPin: Signatures;
  readonly noSession: Signatures;
  readonly closing: Signatures;
  readonly always: Signatures;
}

let programs: Programs;
let token: FaultyToken;
let database: TestDatabase;

beforeAll(async () => {
  programs = bundlePrograms();
  token = createFaultyToken();
  database = await createTestDatabase();
});
afterAll(async () => {
  token.remove();
  await database.drop();
  programs.remove();
});

describe('F17: one session', () => {
  let report: Report;
  beforeAll(async () => {
    report = JSON.parse(await runProgram(programs, 'repairs', { DSN: database.dsn, ...token.environment })) as Report;
  });

  const well = { verifies: true, remedy: null, over: false, sessionsLost: 0, signInits: 1, logins: 0 };
  const mended = { ...well, sessionsLost: 1, signInits: 2, logins: 1 };
  /** After what ended the session: whoever goes on with it all the same has a new one. */
  const anew = { ...well, logins: 1 };
  const exceptions: Partial<Record<Code, Partial<Repair>>> = {
    ...{ CKR_DEVICE_REMOVED: { remedy: 'token', over: true }, CKR_TOKEN_NOT_PRESENT: { remedy: 'token', over: true } },
    CKR_CRYPTOKI_NOT_INITIALIZED: { remedy: 'token', over: true },
    ...{ CKR_PIN_INCORRECT: { remedy: 'pin', over: true }, CKR_PIN_LOCKED: { remedy: 'pin', over: true } },
    CKR_MECHANISM_INVALID: { remedy: 'refused', over: false },
    // The first attempt gives a session back, so the second one has room.
    CKR_SESSION_COUNT: mended,
  };

  test.each(Object.keys(codes) as Code[])(
    '%s is answered the same whichever call says it, and poisons nothing',
    (code) => {
      for (const [, { first, next }] of [report.signing, report.beginning].map((all) =>
        all.find(([said]) => said === code)!,
      )) {
        const { remedy } = { remedy: null, ...exceptions[code] };
        const failed = {
          ...exceptions[code],
          verifies: false,
          sessionsLost: 1,
          signInits: 1,
          logins: 0,
          openSessions: 0,
        };
        expect(first).toMatchObject(remedy === null ? { ...mended, openSessions: 1 } : failed);
        expect(next).toMatchObject({ ...(remedy === null ? well : anew), openSessions: 1 });
      }
    },
  );

  test('a PIN that has become wrong is tried once', () => {
    expect(report.wrongPin.first).toMatchObject({ remedy: 'pin', over: true, logins: 1, openSessions: 0 });
  });

  test('a token without another session says so, and this one has none', () => {
    expect(report.noSession.first).toMatchObject({ remedy: 'full', over: true, logins: 0, openSessions: 0 });
    expect(report.noSession.next).toMatchObject({ ...anew, openSessions: 1 });
  });

  test('a session that does not close at once is closed all the same', () => {
    expect(report.closing.first).toMatchObject({ ...mended, openSessions: 1 });
  });

  test('what fails twice is given up', () => {
    expect(report.always.first).toMatchObject({ verifies: false, remedy: 'session', over: false, signInits: 2 });
    expect(report.always.next).toMatchObject({ ...anew, openSessions: 1 });
  });
});

describe('a service', () => {
  const keySet = 'hydra.openid.id-token';
  let keys: KeysProcess;
  const calls = () => token.calls(keys.pid);
  const sign = async () => {
    const { jwt } = await keys.signing.signIdToken(idTokenRequest());
    return isSignedBy((await keys.signing.listPublicKeys({})).keys, keySet, jwt);
  };
  const many = (count: number) => Promise.all(Array.from({ length: count }, sign));
  const start = async (sessions: number) => {
    const environment = { DSN: database.dsn, LOG_LEVEL: 'debug', ...token.environment, HSM_SESSIONS: String(sessions) };
    await bootstrap(programs, environment);
    keys = await startKeys(programs, environment);
  };

  test.each([2, 8])(
    'F17: signs and makes keys with the %i sessions that a token has to give, and takes more when it can',
    async (most) => {
      token.rules(sessionsAtMost(most));
      await start(most + 2);
      try {
        await until(() => keys.log().includes('the token gives no further session'));
        expect(calls().openSessions).toBe(most);
        expect(await many(40)).toEqual(new Array(40).fill(true));
        const request = { keySet, algorithm: 'ES384', activateAfterSeconds: 0, requestId: `with-${String(most)}` };
        expect((await keys.admin.createKey(request)).key?.algorithm).toBe('ES384');
        expect(await many(40)).toEqual(new Array(40).fill(true));
        expect(calls().openSessions).toBeLessThanOrEqual(most);
        expect((await keys.ready()).ok).toBe(true);
        token.rules();
        await until(() => calls().openSessions === most + 2);
      } finally {
        token.rules();
        await keys.stop();
      }
    },
  );

  test('F17: a session whose place another program took hands its work to those that are left', async () => {
    await start(2);
    try {
      await until(() => calls().openSessions === 2);
      expect(await many(10)).toEqual(new Array(10).fill(true));
      token.rules(fail('C_Sign', 'CKR_SESSION_HANDLE_INVALID', { times: 1 }), sessionsAtMost(1));
      expect(await many(40)).toEqual(new Array(40).fill(true));
      expect(calls().openSessions).toBe(1);
    } finally {
      token.rules();
      await keys.stop();
    }
  });

  test('I13: a PIN that the token refuses while the service runs ends in readiness, and is never tried again', async () => {
    await start(2);
    try {
      await until(() => calls().openSessions === 2);
      expect(await sign()).toBe(true);
      token.rules(fail('C_Sign', 'CKR_USER_NOT_LOGGED_IN', { times: 1 }), fail('C_Login', 'CKR_PIN_LOCKED'));
      const before = calls().made('C_Login');
      await expect(sign()).rejects.toMatchObject({ code: 'temporarily_unavailable' });
      expect(await keys.ready()).toEqual({ ok: false, reasons: expect.stringContaining('CKR_PIN_LOCKED') });
      // The registry is lost and found, which takes longer than it takes to try a token again.
      await database.admit(false);
      await until(() => keys.log().includes('the key registry cannot be read'));
      await database.admit(true);
      await until(() => keys.log().includes('the key registry can be read again'));
      await expect(sign()).rejects.toMatchObject({ code: 'temporarily_unavailable' });
      expect(calls().made('C_Login')).toBe(before + 1);
    } finally {
      token.rules();
      await keys.stop();
    }
  });
});
