// Every command there is: what runs here, and what talks to a Cardea that runs somewhere.
import { Command } from 'commander';
import { addApplyCommand } from './apply/command.js';
import { addClientSecretCommands } from './commands/client-secrets.js';
import { addClientCommands } from './commands/clients.js';
import { addEventsCommand } from './commands/events.js';
import { addHistoryCommands } from './commands/history.js';
import { addJobCommands } from './commands/jobs.js';
import { addJsonWebKeyCommands } from './commands/json-web-keys.js';
import { addLifespanCommands } from './commands/lifespans.js';
import { addSessionCommands } from './commands/sessions.js';
import { addTokenCommands } from './commands/tokens.js';
import { addTrustedIssuerCommands } from './commands/trusted-issuers.js';
import { addVersionCommand } from './commands/version.js';
import { addCompletionCommands } from './completion/command.js';
import { addExplainCommand } from './explain/command.js';
import { addHydraValuesCommand } from './hydra-values/command.js';
import type { Surroundings } from './main.js';
import { addPerformCommands } from './perform/commands.js';
import { addSmokeCommand } from './smoke/command.js';
import { addVerbs, verbNames } from './verbs.js';

/** First words of commands that need nothing of the services' code. */
const light: ReadonlySet<string | undefined> = new Set([
  ...verbNames,
  'resend',
  'events',
  'jobs',
  'apply',
  'smoke',
  'explain',
  'completion',
  'version',
]);

/**
 * Adds them. Those that work on this machine bring the services' libraries, which take three times as long to load as the rest:
 * they are left out when the words name another command.
 *
 * @param words after `cardea`; none: everything
 */
export async function addEveryCommand(
  program: Command,
  surroundings: Surroundings,
  words: readonly string[],
): Promise<Command> {
  if (!light.has(commandIn(words))) {
    const { addLocalCommands } = await import('./local-commands.js');
    addLocalCommands(program, surroundings);
  }
  program.commandsGroup('Talk to a running Cardea:');
  const verbs = addVerbs(program);
  addClientCommands(verbs, surroundings);
  addHydraValuesCommand(verbs, surroundings);
  addClientSecretCommands(verbs, surroundings);
  addLifespanCommands(verbs, surroundings);
  addJsonWebKeyCommands(verbs, surroundings);
  addTokenCommands(verbs, surroundings);
  addTrustedIssuerCommands(verbs, surroundings);
  addSessionCommands(verbs, surroundings);
  addHistoryCommands(program, verbs, surroundings);
  addJobCommands(program, surroundings);
  addEventsCommand(program, surroundings);
  addPerformCommands(verbs.perform, surroundings);
  addApplyCommand(program, surroundings);
  addSmokeCommand(program, surroundings);
  addExplainCommand(program, surroundings);
  program.commandsGroup('This command:');
  addCompletionCommands(program, surroundings);
  addVersionCommand(program, surroundings);
  return program.addHelpCommand(new Command('help [command]').description('The same as --help.'));
}

/** The command that runs, or that somebody is typing the rest of: `__complete -- list cl`. */
function commandIn(words: readonly string[]): string | undefined {
  if (words[0] !== '__complete') return words[0];
  const typed = words.slice(words[1] === '--' ? 2 : 1);
  return typed.length > 1 ? typed[0] : undefined;
}
