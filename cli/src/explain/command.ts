// The flags of `cardea explain`.
import type { Command } from 'commander';
import { apiCommand, repeatable } from '../api-command.js';
import { failOnWrong } from '../findings/fail-on-wrong.js';
import { showFindings } from '../findings/show-findings.js';
import type { Surroundings } from '../main.js';
import type { ExplainOptions } from './explain.js';
import { explain } from './explain.js';

export function addExplainCommand(program: Command, surroundings: Surroundings): void {
  apiCommand<ExplainOptions>(
    program,
    surroundings,
    {
      usage: 'explain <thing>',
      api: 'public',
      description:
        'Say in plain words what this is and what is wrong with it: an authorization URL (gone through step by step, as the gateway does), a callback URL, an error code or answer, an error id with --log, a token, a challenge. `-` reads it from standard input. Changes nothing. Exit code 1 when something is wrong.',
      examples: [
        "cardea explain 'http://127.0.0.1:4444/oauth2/auth?client_id=shop&…'",
        "cardea explain 'http://127.0.0.1:5555/callback?error=invalid_scope&…'",
        'cardea explain request_forbidden',
        'cardea explain 5bf324cd2b5a9e33 --log gateway.log --log token.log',
        'cardea explain - < token.txt',
      ],
    },
    async (session, options, [word = '']) => {
      const text = word === '-' ? await surroundings.input() : word;
      const { title, findings } = await explain(session, options, text);
      session.show(showFindings(title, findings));
      failOnWrong(findings.filter(({ verdict }) => verdict === 'wrong').length);
    },
  )
    .option('--admin-endpoint <url>', 'URL of the admin API')
    .option('--log <file>', 'a log of a service, to find an error id in; repeatable', repeatable);
}
