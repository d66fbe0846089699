// Commands that work on this machine: they run services, keep schema and keys, and read the configuration.
import type { Command } from 'commander';
import { adminKeyCommand } from './admin-key.js';
import { bootstrap } from './bootstrap.js';
import { addConfigCommands } from './commands/config-check.js';
import { addJanitorCommand } from './commands/janitor.js';
import { addMigrateCommands } from './commands/migrate-commands.js';
import { addServeCommands } from './commands/serve-commands.js';
import { configOf } from './config-option.js';
import { addKeyCommands } from './key-commands.js';
import { addDoctorCommand } from './doctor/command.js';
import type { Surroundings } from './main.js';
import { addAuditCommands } from './audit-commands.js';
import type { ConfigOptions } from './with-config.js';
import { withConfig } from './with-config.js';

export function addLocalCommands(program: Command, surroundings: Surroundings): void {
  program.commandsGroup('Run it:');
  addServeCommands(program, surroundings);
  addMigrateCommands(program, surroundings);
  addJanitorCommand(program, surroundings);
  addDoctorCommand(program, surroundings);

  program.commandsGroup('Keys and settings:');
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
}

/** Adds a command that was made by itself: it speaks and fails as the others do. */
function addBuilt(program: Command, built: Command): void {
  for (const command of [built, ...built.commands]) command.copyInheritedSettings(program);
  program.addCommand(built);
}
