// A SoftHSM token in a directory of its own.
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { needed } from './database.fixture.js';

export interface TestToken {
  /** For processes that use the token. */
  readonly environment: Readonly<Record<string, string>>;
  /** Takes the token away, or puts it back. */
  present(there: boolean): void;
  /** Whether any file of it holds these bytes. */
  remove(): void;
}

export const userPin = '5678';

export function createTestToken(): TestToken {
  const library = needed('CARDEA_TEST_HSM_LIBRARY');
  const util = needed('CARDEA_TEST_HSM_UTIL');
  const home = mkdtempSync(path.join(tmpdir(), 'cardea-hsm-'));
  const tokens = path.join(home, 'tokens');
  const away = path.join(home, 'away');
  mkdirSync(tokens, { mode: 0o700 });
  const conf = path.join(home, 'softhsm2.conf');
  writeFileSync(conf, `directories.tokendir = ${tokens}\nobjectstore.backend = file\nlog.level = ERROR\n`);
  execFileSync(
    util,
    ['--module', library, '--init-token', '--free', '--label', 'cardea', '--so-pin', '1234', '--pin', userPin],
    { env: { ...process.env, SOFTHSM2_CONF: conf }, stdio: 'pipe' },
  );
  return {
    environment: {
      SOFTHSM2_CONF: conf,
      HSM_ENABLED: 'true',
      HSM_LIBRARY: library,
      HSM_PIN: userPin,
      HSM_TOKEN_LABEL: 'cardea',
      HSM_SESSIONS: '2',
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
    remove: () => rmSync(home, { recursive: true, force: true }),
  };
}
