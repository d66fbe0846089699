// A SoftHSM token in a directory of its own.
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { needed } from './database.fixture.js';

export interface TestToken {
  /** For processes that use the token. */
  readonly environment: Readonly<Record<string, string>>;
  /** The number of its slot. */
  slot(): string;
  /** Takes the token away, or puts it back. */
  present(there: boolean): void;
  /** Puts a key made elsewhere into the token. */
  importKey(file: string, label: string, kid: string): void;
  remove(): void;
}

const userPin = '5678';

export function createTestToken(): TestToken {
  const library = needed('CARDEA_TEST_HSM_LIBRARY');
  const util = needed('CARDEA_TEST_HSM_UTIL');
  const home = mkdtempSync(path.join(tmpdir(), 'cardea-hsm-'));
  const tokens = path.join(home, 'tokens');
  const away = path.join(home, 'away');
  mkdirSync(tokens, { mode: 0o700 });
  const conf = path.join(home, 'softhsm2.conf');
  writeFileSync(conf, `directories.tokendir = ${tokens}\nobjectstore.backend = file\nlog.level = ERROR\n`);
  const softhsm = (...args: string[]) =>
    execFileSync(util, ['--module', library, ...args], {
      env: { ...process.env, SOFTHSM2_CONF: conf },
      stdio: 'pipe',
    });
  softhsm('--init-token', '--free', '--label', 'cardea', '--so-pin', '1234', '--pin', userPin);
  return {
    environment: {
      SOFTHSM2_CONF: conf,
      HSM_ENABLED: 'true',
      HSM_LIBRARY: library,
      HSM_PIN: userPin,
      HSM_TOKEN_LABEL: 'cardea',
      HSM_SESSIONS: '2',
    },
    slot() {
      // The token's own slot is told first; behind it is one that waits for another token.
      const slots = softhsm('--show-slots').toString();
      return /^Slot (\d+)$/m.exec(slots)?.[1] ?? '';
    },
    present(there) {
      if (there && existsSync(away)) {
        rmSync(tokens, { recursive: true, force: true });
        renameSync(away, tokens);
      } else if (!there) {
        renameSync(tokens, away);
        mkdirSync(tokens, { mode: 0o700 });
      }
    },
    importKey(file, label, kid) {
      const id = Buffer.from(kid).toString('hex');
      softhsm('--import', file, '--token', 'cardea', '--label', label, '--id', id, '--pin', userPin);
    },
    remove: () => rmSync(home, { recursive: true, force: true }),
  };
}
