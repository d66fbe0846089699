// `cardea migrate reseal`: the step between a new system secret and the end of the old one (security §2.7).
import type { Config } from '@cardea/service';
import { openLog } from '@cardea/service';

type Write = (text: string) => void;

/**
 * Says how far it is on stderr, and in the end what was done.
 *
 * @throws when rows are left that no secret opens
 */
export async function resealRows(config: Config, out: Write, err: Write): Promise<void> {
  const { resealOnce } = await import('@cardea/token');
  const log = openLog('token', config.log.level, { write: (line) => void process.stderr.write(line) });
  const done = await resealOnce(config, log, ({ rows, seen, renewed }) => {
    err(`${rows}: ${String(seen)} seen, ${String(renewed)} sealed anew\n`);
  });
  for (const { rows, seen, renewed } of done) out(`${rows}: ${String(renewed)} of ${String(seen)} sealed anew\n`);
  const lost = done.filter((each) => each.lost > 0).map((each) => `${String(each.lost)} of ${each.rows}`);
  if (lost.length === 0) return;
  throw new Error(`no secret of secrets.system opens ${lost.join(', ')}: was one taken out of the list too early?`);
}
