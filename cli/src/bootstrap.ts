// `cardea keys bootstrap`: the one moment at which signing keys come into being by themselves (ARCHITECTURE §5).
import type { Config } from '@cardea/service';
import { openLog } from '@cardea/service';
import { randomBytes } from 'node:crypto';

/** Creates the first keys where there are none and says which there are. */
export async function bootstrap(config: Config, out: (text: string) => void): Promise<void> {
  const { bootstrapKeys } = await import('@cardea/keys');
  const log = openLog('keys', config.log.level, { write: (line) => void process.stderr.write(line) });
  const { backend, created, existing } = await bootstrapKeys(config, { log, now: Date.now, random: randomBytes });
  out(`${JSON.stringify({ backend, created, existing })}\n`);
}
