// What is wrong with the words of a command line, and whose help says how it is done.
import type { Command, CommanderError } from 'commander';

/** @param words as they were given */
export function usageSentence(program: Command, words: readonly string[], error: CommanderError): string {
  const said = error.message
    .replace(/^error: /, '')
    .replace(/\s+/g, ' ')
    .trim();
  return `${said}: \`${helpFor(program, words)}\` shows how`;
}

/** The deepest command that the words name. */
function helpFor(program: Command, words: readonly string[]): string {
  let command = program;
  const path = [program.name()];
  for (const word of words) {
    const next = command.commands.find((each) => each.name() === word || each.aliases().includes(word));
    if (next === undefined) break;
    command = next;
    path.push(next.name());
  }
  return `${path.join(' ')} --help`;
}
