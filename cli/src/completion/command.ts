// `cardea completion bash|zsh|fish`: a script for the shell, which asks the command itself what may come next.
import type { Command } from 'commander';
import { exampleText } from '../api-command.js';
import type { Surroundings } from '../main.js';
import { candidates } from './candidates.js';
import { completionScripts } from './scripts.js';

const setUp: Readonly<Record<keyof typeof completionScripts, string>> = {
  bash: 'cardea completion bash > /etc/bash_completion.d/cardea',
  zsh: 'cardea completion zsh > "${fpath[1]}/_cardea"',
  fish: 'cardea completion fish > ~/.config/fish/completions/cardea.fish',
};

export function addCompletionCommands(program: Command, { out }: Surroundings): void {
  const completion = program.command('completion').description('Print a script that completes commands in a shell.');
  for (const [shell, script] of Object.entries(completionScripts)) {
    completion
      .command(shell)
      .description(`For ${shell}.`)
      .addHelpText('after', exampleText([setUp[shell as keyof typeof completionScripts]]))
      .action(() => out(script));
  }
  program
    .command('__complete [words...]', { hidden: true })
    .description('What may stand in the place of the last word: `word<tab>description` a line.')
    .allowUnknownOption()
    .helpOption(false)
    .action((words: readonly string[]) => {
      for (const [word, about] of candidates(program, words)) out(`${word}\t${about}\n`);
    });
}
