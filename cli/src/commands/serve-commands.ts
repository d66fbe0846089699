// `cardea serve …`: one command a service, and Hydra's names and flags for them.
import type { Command } from 'commander';
import { Option } from 'commander';
import { configOf } from '../config-option.js';
import type { Surroundings } from '../main.js';
import { serve } from '../serve.js';
import { served } from '../served.js';
import type { ConfigOptions } from '../with-config.js';
import { withConfig } from '../with-config.js';

interface ServeOptions extends ConfigOptions {
  readonly dev?: true;
}

export function addServeCommands(program: Command, surroundings: Surroundings): void {
  // Hydra's scripts say `serve -c FILE all` as well as `serve all -c FILE`.
  const serving = withConfig(program.command('serve')).description(
    'Run one service until it is told to stop (SIGTERM or Ctrl-C); it finishes what it has begun.',
  );
  for (const { name, purpose, needs, example } of served) {
    const command = withConfig(serving.command(name))
      .description(purpose)
      .option('--dev', 'for development: the same as `dev: true`')
      .addOption(new Option('--sqa-opt-out').hideHelp())
      .addHelpText('after', `\nNeeds: ${needs}\n\nExample:\n  $ ${example}`)
      .action((_options: ServeOptions, self: Command) => {
        const { config = [], dev } = self.optsWithGlobals<ServeOptions>();
        const env = dev === true ? { ...surroundings.env, DEV: 'true' } : surroundings.env;
        return serve(name, configOf(config, { ...surroundings, env }), { files: config, env });
      });
    // Hydra's word for it.
    if (name === 'gateway') command.alias('public');
  }
}
