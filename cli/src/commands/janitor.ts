// `cardea janitor`: one round of the cleaning that the worker does by itself, under the flags of Hydra's janitor.
import type { Command } from 'commander';
import { openLog, required } from '@cardea/service';
import { exampleText } from '../api-command.js';
import { configOf } from '../config-option.js';
import type { Surroundings } from '../main.js';
import type { ConfigOptions } from '../with-config.js';
import { withConfig } from '../with-config.js';

/** Hydra's flags: what each would limit is decided by the data here. */
const accepted = [
  ['--tokens', 'clean tokens, as is done anyway'],
  ['--requests', 'clean login and consent requests, as is done anyway'],
  ['--grants', 'clean grants, as is done anyway'],
  ['--limit <number>', 'not needed: it works in batches'],
  ['--batch-size <number>', 'not needed'],
  ['--keep-if-younger <duration>', 'not needed: what lives is never cleaned'],
  ['--access-lifespan <duration>', 'not needed: each token knows when it ends'],
  ['--refresh-lifespan <duration>', 'not needed'],
  ['--consent-request-lifespan <duration>', 'not needed'],
  ['-e, --read-from-env', 'read DSN from the environment, as is done anyway'],
] as const;

export function addJanitorCommand(program: Command, surroundings: Surroundings): void {
  const command = withConfig(program.command('janitor [dsn]'))
    .description(
      'Clean up once what time has made worthless. Not needed where a worker runs, which does it every five minutes; only what has expired goes.',
    )
    .addHelpText('after', `\nNeeds: dsn\n${exampleText(['cardea janitor --config cardea.yaml'])}`)
    .action(async (dsn: string | undefined, { config: files = [] }: ConfigOptions) => {
      const config = configOf(files, surroundings);
      const { pruneOnce } = await import('@cardea/token');
      const log = openLog('worker', config.log.level, { write: (line) => void process.stderr.write(line) });
      const pruned = await pruneOnce(required(dsn ?? config.dsn, 'dsn'), log, config.database.pooler);
      surroundings.out(`${JSON.stringify(pruned)}\n`);
    });
  for (const [flags, description] of accepted) command.option(flags, description);
}
