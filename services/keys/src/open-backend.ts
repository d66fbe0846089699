// Opens the backend the configuration names, and no other: an HSM that is away is never replaced by software.
import type { Log } from '@cardea/service';
import type { KeyBackend } from './backend.js';
import { createSealedBackend } from './sealed/backend.js';
import { createEnvelope } from './sealed/envelope.js';
import type { BackendSettings } from './settings.js';

export async function openBackend(
  settings: BackendSettings,
  options: { log: Log; now: () => number; random: (bytes: number) => Buffer; sessionLost: () => void },
): Promise<KeyBackend> {
  const { log, now, random, sessionLost } = options;
  if (settings.kind === 'sealed') {
    const { keks, rsaBits, mlDsa } = settings;
    return createSealedBackend({ envelope: createEnvelope(keks, random), rsaBits, mlDsa, now });
  }
  const { openHsmBackend } = await import('./hsm/backend.js');
  return openHsmBackend(settings.hsm, { log, now, sessionLost });
}
