// An HSM for the benchmark of the signer that takes five milliseconds a signature, as one in the network does: SoftHSM behind the
// library that dawdles as it is told (services/keys/fault-shim).
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';

/**
 * @param {{ root: string, all: typeof import('@cardea/all'), progress: (sentence: string) => void }} options
 * @returns {Promise<{ env: Record<string, string>, remove(): void }>} settings of a keys service with 32 sessions
 */
export async function prepareSlowHsm({ root, all, progress }) {
  const directory = mkdtempSync(path.join(os.tmpdir(), 'cardea-slow-hsm-'));
  const common = { cache: path.join(root, '.cache'), progress };
  const source = path.join(root, 'services/keys/fault-shim/fault-shim.c');
  const [token, library] = await Promise.all([
    all.prepareHsm({ directory, ...common }),
    all.compileLibrary({ source, ...common }),
  ]);
  if (token === undefined) throw new Error('there is no SoftHSM');
  writeFileSync(path.join(directory, 'rules'), 'C_Sign delay 5 1000000 0\n');
  return {
    env: {
      ...token.environment,
      ...{ HSM_ENABLED: 'true', HSM_LIBRARY: library, HSM_PIN: token.pin, HSM_TOKEN_LABEL: token.tokenLabel },
      ...{ HSM_SESSIONS: '32', CARDEA_FAULTS: directory, CARDEA_FAULTS_LIBRARY: token.library },
    },
    remove: () => rmSync(directory, { recursive: true, force: true }),
  };
}
