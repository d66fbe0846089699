// `cardea doctor`: looks at an installation from its configuration to its pages, and says what is wrong with it and what mends it.
import type { Command } from 'commander';
import { exampleText } from '../api-command.js';
import { configOf } from '../config-option.js';
import { failOnWrong } from '../findings/fail-on-wrong.js';
import type { Finding } from '../findings/finding.js';
import { wrong } from '../findings/finding.js';
import { linesOf } from '../findings/show-findings.js';
import type { Surroundings } from '../main.js';
import { formatHelp, rendererFor } from '../output/formats.js';
import type { ConfigOptions } from '../with-config.js';
import { withConfig } from '../with-config.js';
import type { Check, Checkup } from './checkup.js';
import { sentence } from './checkup.js';
import { checks } from './checks.js';

interface DoctorOptions extends ConfigOptions {
  readonly format: string;
  readonly quiet?: true;
  readonly strict?: true;
}

export function addDoctorCommand(program: Command, surroundings: Surroundings): void {
  const command = withConfig(program.command('doctor'))
    .description(
      'Look at an installation: Node.js, settings, secrets, files, PostgreSQL and its schema, clocks, Redis, keys with a real signature, services, the issuer from outside, login and consent pages, queues, cookies. Says of each finding why it matters and what mends it. Changes nothing. Exit code 1 when something is wrong.',
    )
    .option('--strict', 'warnings count as wrong')
    .option('--format <format>', formatHelp, 'table')
    .option('-q, --quiet', 'print what is wrong only, by name')
    .addHelpText(
      'after',
      exampleText(['cardea doctor --config cardea.yaml', 'cardea doctor -c cardea.yaml --strict --format json']),
    );
  command.action(async () => {
    const options: DoctorOptions = command.opts();
    const render = rendererFor(options);
    const files = options.config ?? [];
    const config = configOf(files, surroundings);
    const people = options.quiet !== true && ['table', 'default'].includes(options.format);
    const found: Finding[] = [];
    for (const { name, look } of checks) {
      if (people) surroundings.out(`${found.length === 0 ? '' : '\n'}${name}\n`);
      const each = await lookSafely(name, look, { config, files, env: surroundings.env, now: Date.now });
      if (people)
        surroundings.out(
          linesOf(each)
            .map((line) => `  ${line}\n`)
            .join(''),
        );
      found.push(...each);
    }
    const bad = found.filter(
      ({ verdict }) => verdict === 'wrong' || (options.strict === true && verdict === 'warning'),
    );
    if (!people) {
      const shown = { json: { findings: found }, columns: [], rows: [], ids: bad.map(({ about }) => about) };
      surroundings.out(render(shown));
    }
    failOnWrong(bad.length);
    if (people) surroundings.out('\nNothing is wrong.\n');
  });
}

/** A check that itself fails is a finding too. */
async function lookSafely(name: string, look: Check['look'], checkup: Checkup): Promise<readonly Finding[]> {
  try {
    return await look(checkup);
  } catch (error) {
    return [wrong(name, `it could not be looked at: ${sentence(error)}`)];
  }
}
