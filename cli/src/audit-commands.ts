// `cardea keys audit …` and `cardea keys attest`: what an auditor asks of the signer.
import type { Command } from 'commander';
import type { AttestOptions } from './attest.js';
import { attest } from './attest.js';
import { auditVerify } from './audit.js';
import { addSignatureRecordCommands } from './commands/signature-record.js';
import { configOf } from './config-option.js';
import type { Surroundings } from './main.js';
import type { ConfigOptions } from './with-config.js';
import { withConfig } from './with-config.js';

export function addAuditCommands(keys: Command, surroundings: Surroundings): void {
  const { out } = surroundings;
  const nothing = '\nRelying parties: nothing changes.\n\n';

  const audit = keys.command('audit').description('The record of every signature.').exitOverride();
  withConfig(audit.command('verify'))
    .description(
      'Walk the record from the first row that is kept and name the first one that is not as it was written.',
    )
    .option('--anchor <rows:hash>', 'what an earlier run said: tells a record written anew from the one it replaced')
    .addHelpText('after', `${nothing}Needs: dsn\n\nExample:\n  $ cardea keys audit verify --config cardea.yaml`)
    .action(({ config = [], anchor }: ConfigOptions & { anchor?: string }) =>
      auditVerify(configOf(config, surroundings), anchor, out),
    );

  addSignatureRecordCommands(audit, surroundings);

  withConfig(keys.command('attest'))
    .description(
      'Have the signer say what it is, signed: library, token, mechanisms, what each key may do, where the record stands.',
    )
    .option('--nonce <text>', 'what must come back in it; by default a new one for each question')
    .option('--jwt', 'print the signed answer itself, to be kept and verified later')
    .option('--verify <file>', 'ask nothing; say whether this answer of a signer is genuine (- is standard input)')
    .option('--jwks <file or URL>', 'the keys to verify it with; by default those the keys service publishes')
    .addHelpText(
      'after',
      `${nothing}Needs: urls.self.issuer, and the running keys service, at peers.keys.addresses (by default serve.keys.address)\n` +
        '\nExamples:\n  $ cardea keys attest --config cardea.yaml' +
        '\n  $ cardea keys attest --jwt --config cardea.yaml > signer.jwt' +
        '\n  $ cardea keys attest --verify signer.jwt --jwks https://id.example/.well-known/jwks.json --config cardea.yaml',
    )
    .action(({ config = [], ...options }: ConfigOptions & AttestOptions) =>
      attest(configOf(config, surroundings), options, surroundings),
    );
}
