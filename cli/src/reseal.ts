// `cardea keys reseal`: the second step of replacing a key-encryption key (security §2.7).
import type { Config } from '@cardea/service';
import { openLog } from '@cardea/service';
import { randomBytes } from 'node:crypto';

/** Says each key that was sealed anew, and how many there are. */
export async function reseal(config: Config, out: (text: string) => void): Promise<void> {
  const { resealKeys } = await import('@cardea/keys');
  const log = openLog('keys', config.log.level, { write: (line) => void process.stderr.write(line) });
  const { signingKeys, documents } = await resealKeys(config, {
    ...{ log, random: randomBytes },
    progress: ({ name, position, all }) => out(`${String(position)} of ${String(all)}: sealed ${name}\n`),
  });
  const count = ({ all, changed }: { all: number; changed: number }) => `${String(changed)} of ${String(all)}`;
  out(`${count(signingKeys)} signing keys and ${count(documents)} other keys were sealed anew\n`);
}
