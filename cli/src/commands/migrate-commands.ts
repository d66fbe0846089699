// `cardea migrate …`: the schema, by our own words and by Hydra's (`migrate sql up <dsn>`; hydra-wire §9).
import type { Config } from '@cardea/service';
import { required } from '@cardea/service';
import type { Command } from 'commander';
import { setTimeout } from 'node:timers/promises';
import { configOf } from '../config-option.js';
import { Failure } from '../failure.js';
import type { Surroundings } from '../main.js';
import { migrate, migrationReport } from '../migrate.js';
import { resealRows } from '../reseal-rows.js';
import type { ConfigOptions } from '../with-config.js';
import { withConfig } from '../with-config.js';

interface MigrateOptions extends ConfigOptions {
  readonly block?: true;
}

const pauseMillis = 1_000;

export function addMigrateCommands(program: Command, surroundings: Surroundings): void {
  const configured = ({ config = [] }: ConfigOptions, dsn?: string): Config => {
    const read = configOf(config, surroundings);
    return dsn === undefined ? read : { ...read, dsn };
  };
  // Hydra's scripts say `migrate -c FILE sql up`, and a flag that a command above knows is given to that one.
  const up = (dsn: string | undefined, self: Command) =>
    migrate(configured(self.optsWithGlobals(), dsn), surroundings.out);
  const status = async (dsn: string | undefined, self: Command): Promise<void> => {
    const options = self.optsWithGlobals<MigrateOptions>();
    const config = configured(options, dsn);
    required(config.dsn, 'dsn');
    if (options.block !== true) return migrationReport(config, surroundings.out);
    for (;;) {
      try {
        return await migrationReport(config, surroundings.out);
      } catch (error) {
        surroundings.err(`cardea: ${(error as Error).message}; waiting\n`);
        await setTimeout(pauseMillis);
      }
    }
  };

  const migrating = withConfig(program.command('migrate')).description('Keep the database schema up to date.');
  withConfig(migrating.command('up'))
    .description('Run the migrations that have not run yet. Safe to repeat, and from many machines at once.')
    .addHelpText('after', '\nNeeds: dsn\n\nExample:\n  $ DSN=postgres://cardea@localhost/cardea cardea migrate up')
    .action((_options: object, self: Command) => up(undefined, self));
  withConfig(migrating.command('status'))
    .description('Say which migrations have run. Changes nothing; exit code 1 when some have not.')
    .option('--block', 'wait until all have run')
    .addHelpText('after', '\nNeeds: dsn\n\nExample:\n  $ cardea migrate status --config cardea.yaml')
    .action((_options: object, self: Command) => status(undefined, self));
  withConfig(migrating.command('reseal'))
    .description(
      'Seal anew, under the first of secrets.system, what lies sealed under the others: consents, tokens, secrets of clients. Services go on meanwhile; workers that know the secrets do it by themselves. Safe to repeat.',
    )
    .addHelpText(
      'after',
      '\nTokens themselves stay bound to the secret they were made with: keep the old one until the last of them has expired.\n' +
        '\nNeeds: dsn, secrets.system\n\nExample:\n  $ cardea migrate reseal --config cardea.yaml',
    )
    .action((_options: object, self: Command) =>
      resealRows(configured(self.optsWithGlobals()), surroundings.out, surroundings.err),
    );

  const sql = hydras(migrating.command('sql [dsn]'))
    .description("Hydra's words for the same: `migrate sql up`, `migrate sql status`.")
    .addHelpText('after', '\nExample:\n  $ cardea migrate sql up postgres://cardea@localhost/cardea --yes')
    .action((dsn: string | undefined, _options: object, self: Command) => up(dsn, self));
  hydras(sql.command('up [dsn]'))
    .description('As `cardea migrate up`.')
    .action((dsn: string | undefined, _options: object, self: Command) => up(dsn, self));
  hydras(sql.command('status [dsn]'))
    .description('As `cardea migrate status`.')
    .option('--block', 'wait until all have run')
    .action((dsn: string | undefined, _options: object, self: Command) => status(dsn, self));
  hydras(sql.command('down [dsn]'))
    .description('Refused: there is no way back but a backup.')
    .option('--steps <number>', 'how many')
    .action(() => {
      throw new Failure(
        'migrations have no way back: services of the version before run on the newer schema, and a backup brings the older one',
      );
    });
}

/** Flags that Hydra's scripts give: the environment is always read, and nothing here needs a yes. */
const hydras = (command: Command): Command =>
  withConfig(command)
    .option('-e, --read-from-env', 'read DSN from the environment, as is done anyway')
    .option('-y, --yes', 'nothing is asked anyway');
