// The option every command that reads the configuration has.
import type { Command } from 'commander';

export interface ConfigOptions {
  readonly config?: readonly string[];
}

export function withConfig(command: Command): Command {
  return command
    .option(
      '-c, --config <file>',
      'YAML file with settings; may be given several times, later ones win, the environment wins over all',
      (file: string, before?: readonly string[]) => [...(before ?? []), file],
    )
    .exitOverride();
}
