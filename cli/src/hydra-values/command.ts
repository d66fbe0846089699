// `cardea import hydra-values FILE`: values for this chart on standard output, and what is left to do on standard error.
import { stringify } from 'yaml';
import { exampleText } from '../api-command.js';
import { objectFrom } from '../documents.js';
import type { Surroundings } from '../main.js';
import type { Verbs } from '../verbs.js';
import type { Remark } from './result.js';

export function addHydraValuesCommand({ import: importing }: Verbs, surroundings: Surroundings): void {
  importing
    .command('hydra-values <file>')
    .description(
      "Translate values of Hydra's Helm chart to values of Cardea's, and say what has no counterpart and what to do instead. Takes a file, or `-`; no secret of it is printed.",
    )
    .addHelpText(
      'after',
      exampleText([
        'cardea import hydra-values hydra-values.yaml > values.yaml',
        'helm get values hydra -o yaml | cardea import hydra-values - > values.yaml',
      ]),
    )
    .action(async (file: string) => {
      const hydra = await objectFrom(file, surroundings);
      // The settings' schema is a part of the services' code, which other commands do without.
      const { translateValues } = await import('./translate.js');
      const { values, todo, needless } = translateValues(hydra);
      surroundings.out(`# Made by \`cardea import hydra-values\`; read what it said.\n${stringify(values)}`);
      surroundings.err(paragraph('To do:', todo));
      surroundings.err(paragraph('Needs nothing:', needless));
    });
}

const paragraph = (title: string, remarks: readonly Remark[]): string =>
  remarks.length === 0 ? '' : `${title}\n${remarks.map(({ key, text }) => `  ${key}: ${text}\n`).join('')}`;
