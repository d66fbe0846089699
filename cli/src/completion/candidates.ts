// What may come next on a command line: subcommands, flags, and the values of flags that have a few.
import type { Command, Option } from 'commander';
import { formatNames } from '../output/formats.js';

type Candidate = readonly [word: string, about: string];

/** @param words what stands after `cardea`; the last one is being typed and may be empty */
export function candidates(program: Command, words: readonly string[]): Candidate[] {
  const typed = words.at(-1) ?? '';
  let command = program;
  let valueOf: Option | undefined;
  for (const word of words.slice(0, -1)) {
    if (valueOf !== undefined) {
      valueOf = undefined;
      continue;
    }
    const option = optionOf(command, word);
    if (option !== undefined) valueOf = option.required ? option : undefined;
    else command = visible(command).find((each) => named(each).includes(word)) ?? command;
  }
  const [, flag, value = ''] = /^(--[\w-]+)=(.*)$/.exec(typed) ?? [];
  if (flag !== undefined) {
    const option = optionOf(command, flag);
    return beginning(valuesOf(option), value).map(([word, about]) => [`${flag}=${word}`, about]);
  }
  if (valueOf !== undefined) return beginning(valuesOf(valueOf), typed);
  if (typed.startsWith('-')) return beginning(flagsOf(command), typed);
  return visible(command).flatMap((each): Candidate[] => {
    // An alias is offered to whoever begins to type it.
    const word = typed === '' ? each.name() : named(each).find((name) => name.startsWith(typed));
    return word === undefined ? [] : [[word, firstSentence(each.description())]];
  });
}

const optionOf = (command: Command, flag: string) =>
  command.options.find(({ short, long }) => short === flag || long === flag);

const beginning = (all: readonly Candidate[], typed: string) => all.filter(([word]) => word.startsWith(typed));

const visible = (command: Command): Command[] => command.createHelp().visibleCommands(command);

const named = (command: Command): readonly string[] => [command.name(), ...command.aliases()];

function flagsOf(command: Command): Candidate[] {
  return command
    .createHelp()
    .visibleOptions(command)
    .map((option) => [option.long ?? option.flags, firstSentence(option.description)]);
}

function valuesOf(option: Option | undefined): Candidate[] {
  if (option?.long === '--format') return formatNames.map((name) => [name, '']);
  return (option?.argChoices ?? []).map((choice) => [choice, '']);
}

const firstSentence = (text: string): string => text.split(/(?<=[.;:])\s/)[0] ?? text;
