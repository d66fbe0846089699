// The command line, put together: its name, its overview, and as many of its commands as the words may mean.
import { Command } from 'commander';
import type { Surroundings } from './main.js';

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

/**
 * Builds the command line. A service that runs for months does not carry the other commands along: with what they bring they were
 * 12 MB of each process.
 *
 * @param words after `cardea`; none: everything
 */
export async function createProgram(surroundings: Surroundings, words: readonly string[] = []): Promise<Command> {
  const program = new Command('cardea')
    .description('Cardea, an OAuth 2.0 and OpenID Connect provider.')
    .addHelpText('after', overview)
    // What is wrong with a command line is said by main, on one line.
    .configureOutput({ writeOut: surroundings.out, writeErr: surroundings.err, outputError: () => undefined })
    .exitOverride();
  if (words[0] === 'serve') {
    const { addServeCommands } = await import('./commands/serve-commands.js');
    addServeCommands(program, surroundings);
    return program;
  }
  const { addEveryCommand } = await import('./every-command.js');
  return addEveryCommand(program, surroundings, words);
}
