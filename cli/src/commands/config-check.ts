// `cardea config check FILE…`: whether the services would take these settings, before they have to.
import type { Command } from 'commander';
import { exampleText } from '../api-command.js';
import { configOf } from '../config-option.js';
import type { Surroundings } from '../main.js';

export function addConfigCommands(program: Command, surroundings: Surroundings): void {
  const config = program.command('config').description('Look after the configuration.');
  config
    .command('check <files...>')
    .description(
      'Read files as the services do, later ones over earlier ones, and say what is wrong: unknown keys with file, line and the nearest name, wrong values, files of secrets that cannot be read.',
    )
    .option('--with-environment', 'with the settings of the environment over them')
    .addHelpText(
      'after',
      exampleText(['cardea config check cardea.yaml', 'cardea config check cardea.yaml secrets.yaml']),
    )
    .action((files: readonly string[], { withEnvironment }: { readonly withEnvironment?: true }) => {
      let warnings = 0;
      const err = (text: string) => {
        warnings++;
        surroundings.err(text);
      };
      const read = configOf(files, { ...surroundings, err, env: withEnvironment === true ? surroundings.env : {} });
      const ignored = warnings === 0 ? '' : `, ${String(warnings)} of them without meaning here`;
      surroundings.out(`${files.join(', ')}: all settings are known${ignored} (profile: ${read.profile})\n`);
    });
}
