// The table of commands: what each is for, what it needs, one example each.
import { Command } from 'commander';
import { adminKeyCommand } from './admin-key.js';
import { addApplyCommand } from './apply/command.js';
import { bootstrap } from './bootstrap.js';
import { addClientSecretCommands } from './commands/client-secrets.js';
import { addClientCommands } from './commands/clients.js';
import { addConfigCommands } from './commands/config-check.js';
import { addJanitorCommand } from './commands/janitor.js';
import { addJsonWebKeyCommands } from './commands/json-web-keys.js';
import { addLifespanCommands } from './commands/lifespans.js';
import { addMigrateCommands } from './commands/migrate-commands.js';
import { addHistoryCommands } from './commands/history.js';
import { addServeCommands } from './commands/serve-commands.js';
import { addSessionCommands } from './commands/sessions.js';
import { addTokenCommands } from './commands/tokens.js';
import { addTrustedIssuerCommands } from './commands/trusted-issuers.js';
import { addVersionCommand } from './commands/version.js';
import { addCompletionCommands } from './completion/command.js';
import { configOf } from './config-option.js';
import { addKeyCommands } from './key-commands.js';
import { addAuditCommands } from './audit-commands.js';
import type { Surroundings } from './main.js';
import { addPerformCommands } from './perform/commands.js';
import { addVerbs } from './verbs.js';
import type { ConfigOptions } from './with-config.js';
import { withConfig } from './with-config.js';

const overview = `
Start here:
  $ npm run demo                                     everything at once, with a browser login
Then, on your own PostgreSQL and Redis:
  $ cardea migrate up --config cardea.yaml           create or update the tables
  $ cardea keys bootstrap --config cardea.yaml       create the first signing keys
  $ cardea serve all --config cardea.yaml            all services in one process
And from anywhere, over the HTTP APIs:
  $ cardea create client --redirect-uri http://127.0.0.1:4446/callback --scope openid,offline
  $ cardea perform authorization-code --client-id … --client-secret …
  $ cardea apply -f clients/                         clients and trusted issuers as files say
In production run each service by itself: cardea serve gateway, admin, token, worker, keys.

Every setting can be a key of the file or an environment variable: urls.self.issuer is URLS_SELF_ISSUER.
docs/configuration.md lists them all; docs/cli.md has every command, exit codes and environment variables.
--debug, with any command, shows where a failure came from.`;

/** Builds the command line; nothing heavy is loaded before a command runs. */
export function createProgram(surroundings: Surroundings): Command {
  const program = new Command('cardea')
    .description('Cardea, an OAuth 2.0 and OpenID Connect provider.')
    .addHelpText('after', overview)
    // What is wrong with a command line is said by main, on one line.
    .configureOutput({ writeOut: surroundings.out, writeErr: surroundings.err, outputError: () => undefined })
    .exitOverride();

  addServeCommands(program, surroundings);
  addMigrateCommands(program, surroundings);
  addJanitorCommand(program, surroundings);
  addBuilt(program, adminKeyCommand(surroundings.out));

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
  addAuditCommands(keys, surroundings);
  addConfigCommands(program, surroundings);

  const verbs = addVerbs(program);
  addClientCommands(verbs, surroundings);
  addClientSecretCommands(verbs, surroundings);
  addLifespanCommands(verbs, surroundings);
  addJsonWebKeyCommands(verbs, surroundings);
  addTokenCommands(verbs, surroundings);
  addTrustedIssuerCommands(verbs, surroundings);
  addSessionCommands(verbs, surroundings);
  addHistoryCommands(program, verbs, surroundings);
  addPerformCommands(verbs.perform, surroundings);
  addApplyCommand(program, surroundings);
  addCompletionCommands(program, surroundings);
  addVersionCommand(program, surroundings);
  return program;
}

/** Adds a command that was made by itself: it speaks and fails as the others do. */
function addBuilt(program: Command, built: Command): void {
  for (const command of [built, ...built.commands]) command.copyInheritedSettings(program);
  program.addCommand(built);
}
