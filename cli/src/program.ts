// The table of commands: what each is for, what it needs, one example each.
import { Command } from 'commander';
import { adminKeyCommand } from './admin-key.js';
import { bootstrap } from './bootstrap.js';
import { configOf } from './config-option.js';
import type { Surroundings } from './main.js';
import { addKeyCommands } from './key-commands.js';
import { migrate, migrationReport } from './migrate.js';
import { served } from './served.js';
import { serve } from './serve.js';
import type { ConfigOptions } from './with-config.js';
import { withConfig } from './with-config.js';

const overview = `
Start here:
  $ npm run demo                                     everything at once, with a browser login
Then, on your own PostgreSQL and Redis:
  $ cardea migrate up --config cardea.yaml           create or update the tables
  $ cardea keys bootstrap --config cardea.yaml       create the first signing keys
  $ cardea serve all --config cardea.yaml            all services in one process
  $ cardea keys list --config cardea.yaml            the signing keys and where they stand in their lives
In production run each service by itself: cardea serve gateway, admin, token, worker, keys.

Every setting can be a key of the file or an environment variable: urls.self.issuer is URLS_SELF_ISSUER.
docs/configuration.md lists them all.`;

/** Builds the command line; nothing heavy is loaded before a command runs. */
export function createProgram(surroundings: Surroundings): Command {
  const program = new Command('cardea')
    .description('Cardea, an OAuth 2.0 and OpenID Connect provider.')
    .addHelpText('after', overview)
    .showHelpAfterError('(cardea --help shows what there is)')
    .configureOutput({ writeOut: surroundings.out, writeErr: surroundings.err })
    .exitOverride();

  const serving = program
    .command('serve')
    .description('Run one service until it is told to stop (SIGTERM or Ctrl-C); it finishes what it has begun.')
    .exitOverride();
  for (const { name, purpose, needs, example } of served) {
    withConfig(serving.command(name))
      .description(purpose)
      .addHelpText('after', `\nNeeds: ${needs}\n\nExample:\n  $ ${example}`)
      .action(({ config = [] }: ConfigOptions) => serve(name, configOf(config, surroundings)));
  }

  const migrating = program.command('migrate').description('Keep the database schema up to date.').exitOverride();
  withConfig(migrating.command('up'))
    .description('Run the migrations that have not run yet. Safe to repeat, and from many machines at once.')
    .addHelpText('after', '\nNeeds: dsn\n\nExample:\n  $ DSN=postgres://cardea@localhost/cardea cardea migrate up')
    .action(({ config = [] }: ConfigOptions) => migrate(configOf(config, surroundings), surroundings.out));
  withConfig(migrating.command('status'))
    .description('Say which migrations have run. Changes nothing; exit code 1 when some have not.')
    .addHelpText('after', '\nNeeds: dsn\n\nExample:\n  $ cardea migrate status --config cardea.yaml')
    .action(({ config = [] }: ConfigOptions) => migrationReport(configOf(config, surroundings), surroundings.out));

  program.addCommand(adminKeyCommand(surroundings.out).copyInheritedSettings(program));

  const keys = program.command('keys').description('Look after the signing keys.').exitOverride();
  withConfig(keys.command('bootstrap'))
    .description('Create the first signing keys where there are none; existing keys stay as they are.')
    .addHelpText(
      'after',
      '\nRelying parties: the JWKS has its first keys, which sign at once. Where there are keys nothing changes.\n' +
        '\nNeeds: dsn, and either keys.kek (keys sealed in PostgreSQL) or hsm.* (keys in a PKCS#11 token)\n\n' +
        'Example:\n  $ cardea keys bootstrap --config cardea.yaml',
    )
    .action(({ config = [] }: ConfigOptions) => bootstrap(configOf(config, surroundings), surroundings.out));
  addKeyCommands(keys, surroundings);
  return program;
}
