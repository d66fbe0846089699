// `cardea keys …`: what an operator does with signing keys, and what relying parties will see of it.
import { parseDuration } from '@cardea/oauth';
import type { Config } from '@cardea/service';
import type { Command } from 'commander';
import { InvalidArgumentError } from 'commander';
import { readFileSync } from 'node:fs';
import { configOf } from './config-option.js';
import type { KeyAdmin } from './key-admin.js';
import { askKeys, createKey, describe, rotateKeys, strangerToVerifiers, warn } from './key-admin.js';
import type { Surroundings } from './main.js';
import { readPrivateKey } from './private-key-file.js';
import { reseal } from './reseal.js';
import type { ConfigOptions } from './with-config.js';
import { withConfig } from './with-config.js';

const wherePrePublish = 'by default keys.pre_publish';
const setHelp = 'hydra.openid.id-token (ID tokens, userinfo, logout tokens) or hydra.jwt.access-token';
const connection = 'Needs: the running keys service, at peers.keys.addresses (by default serve.keys.address)';

interface KeyOptions extends ConfigOptions {
  readonly set: string;
  readonly algorithm: string;
  /** Seconds. */
  readonly after?: number;
  readonly kid: string;
  readonly confirm: string;
  readonly force?: boolean;
}

const forceHelp = 'do so though it signs before verifiers can know it';

export function addKeyCommands(keys: Command, surroundings: Surroundings): void {
  /** A command that talks to the keys service. */
  const add = (
    usage: string,
    description: string,
    more: { readonly seen: string; readonly example: string },
    action: (admin: KeyAdmin, options: KeyOptions, config: Config, argument: string) => Promise<void>,
  ): Command =>
    withConfig(keys.command(usage))
      .description(description)
      .addHelpText('after', `\nRelying parties: ${more.seen}\n\n${connection}\n\nExample:\n  $ ${more.example}`)
      .action(async (...given: readonly unknown[]) => {
        const argument = typeof given[0] === 'string' ? given[0] : '';
        const options = given.find((value) => typeof value === 'object') as KeyOptions;
        const config = configOf(options.config ?? [], surroundings);
        await askKeys(config, (admin) => action(admin, options, config, argument));
      });
  const { out } = surroundings;
  /**
   * How many seconds until a key is to sign.
   *
   * @throws {Error} saying who breaks, unless the operator wants it so
   */
  const waiting = async (admin: KeyAdmin, { set, after, force }: KeyOptions, config: Config): Promise<number> => {
    const { prePublish } = config.keys;
    const wanted = after ?? Math.ceil(prePublish / 1000);
    const breaks = await strangerToVerifiers(admin, { set, after: wanted, prePublish });
    if (breaks === undefined) return wanted;
    if (force === true) warn(surroundings, [breaks]);
    else if ((await surroundings.confirm?.(`${breaks} Go on?`)) !== true) throw new Error(`${breaks} --force does it.`);
    return wanted;
  };

  add(
    'list',
    'List the published signing keys, newest first within their set.',
    { seen: 'nothing changes.', example: 'cardea keys list --config cardea.yaml' },
    async (admin, { set }) => out(describe((await admin.listKeys({ keySet: set })).keys)),
  ).option('--set <name>', `only this key set: ${setHelp}`, '');

  add(
    'create',
    'Create a key, publish it at once, and sign with it when verifiers have had time to learn it.',
    {
      seen: 'a further key in the JWKS; later, tokens signed by it. Nobody who reads the JWKS again in time fails.',
      example: 'cardea keys create --set hydra.openid.id-token --algorithm ES256 --config cardea.yaml',
    },
    async (admin, options, config) => {
      const { set, algorithm } = options;
      out(describe([await createKey(admin, { set, algorithm, after: await waiting(admin, options, config) })]));
    },
  )
    .requiredOption('--set <name>', setHelp)
    .requiredOption('--algorithm <alg>', 'JWS algorithm, such as RS256 or ES256')
    .option('--after <duration>', `when it begins to sign, such as 2h; 0s: at once; ${wherePrePublish}`, seconds)
    .option('--force', forceHelp);

  add(
    'rotate',
    'Create a successor for each key that signs now.',
    {
      seen: 'a further key in the JWKS for each that signs; later, tokens signed by those. The old ones stay published.',
      example: 'cardea keys rotate --config cardea.yaml',
    },
    async (admin, options, config) => {
      const after = await waiting(admin, options, config);
      out(describe(await rotateKeys(admin, options.set, after)));
    },
  )
    .option('--set <name>', `only this key set: ${setHelp}`, '')
    .option('--after <duration>', `when the new keys begin to sign; ${wherePrePublish}`, seconds)
    .option('--force', forceHelp);

  add(
    'import <file>',
    'Take in a private key that was made elsewhere: PEM, DER, JWK, or a JWKS, of which --kid names the key.',
    {
      seen: 'a further key in the JWKS; later, tokens signed by it.',
      example:
        'cardea keys import key.pem --set hydra.openid.id-token --algorithm RS256 --kid old-1 --confirm old-1 --config cardea.yaml',
    },
    async (admin, options, config, file) => {
      const privateKey = readPrivateKey(readFileSync(file), options.kid);
      const request = { keySet: options.set, keyId: options.kid, algorithm: options.algorithm, privateKey };
      const { key } = await admin.importKey({
        ...request,
        ...{ activateAfterSeconds: await waiting(admin, options, config), confirmation: options.confirm },
      });
      out(describe(key ? [key] : []));
    },
  )
    .requiredOption('--set <name>', setHelp)
    .requiredOption('--kid <id>', 'its key id, never used before')
    .requiredOption('--algorithm <alg>', 'JWS algorithm it is to sign with')
    .requiredOption('--confirm <id>', 'the key id once more')
    .option('--after <duration>', `when it begins to sign; ${wherePrePublish}`, seconds)
    .option('--force', forceHelp);

  add(
    'adopt <kid>',
    'Sign with a key pair that other software made in the HSM under the label of the set; it loses every right but to sign.',
    {
      seen: 'a further key in the JWKS; later, tokens signed by it.',
      example:
        'cardea keys adopt 9f1c --set hydra.openid.id-token --algorithm RS256 --confirm 9f1c --config cardea.yaml',
    },
    async (admin, options, config, keyId) => {
      const { key } = await admin.importKey({
        ...{ keySet: options.set, keyId, algorithm: options.algorithm, privateKey: Buffer.alloc(0) },
        ...{ activateAfterSeconds: await waiting(admin, options, config), confirmation: options.confirm },
      });
      out(describe(key ? [key] : []));
    },
  )
    .requiredOption('--set <name>', setHelp)
    .requiredOption('--algorithm <alg>', 'JWS algorithm it is to sign with')
    .requiredOption('--confirm <id>', 'the key id once more')
    .option('--after <duration>', `when it begins to sign; ${wherePrePublish}`, seconds)
    .option('--force', forceHelp);

  add(
    'promote <kid>',
    'Let a key sign from now on, in the place of the one that does.',
    {
      seen: 'tokens signed by it, at once; those who cached the JWKS before it was published refuse them.',
      example: 'cardea keys promote 9f1c --config cardea.yaml',
    },
    async (admin, _options, _config, keyId) => {
      const { key, warnings } = await admin.promoteKey({ keyId });
      out(describe(key ? [key] : []));
      warn(surroundings, warnings);
    },
  );

  add(
    'retire <kid>',
    'Stop a key for good and at once, as in an emergency; it stays published for what it signed.',
    {
      seen: 'tokens of the next youngest key of its algorithm, or none where there is no other; what the retired one signed stays good.',
      example: 'cardea keys retire 9f1c --config cardea.yaml',
    },
    async (admin, _options, _config, keyId) => {
      const { key, warnings } = await admin.retireKey({ keyId });
      out(describe(key ? [key] : []));
      warn(surroundings, warnings);
    },
  );

  add(
    'destroy <kid>',
    'Remove the private half of a key for good and publish it no more.',
    {
      seen: 'whatever it signed and is still valid is refused as soon as they read the JWKS again.',
      example: 'cardea keys destroy 9f1c --confirm 9f1c --config cardea.yaml',
    },
    async (admin, { confirm }, _config, keyId) => {
      const { warnings } = await admin.destroyKey({ keyId, confirmation: confirm });
      out(`destroyed ${keyId}\n`);
      warn(surroundings, warnings);
    },
  ).requiredOption('--confirm <id>', 'the key id once more');

  withConfig(keys.command('reseal'))
    .description('Seal everything under the first key of keys.kek, so that the ones behind it can be taken away.')
    .addHelpText(
      'after',
      '\nRelying parties: nothing changes.\n\nNeeds: dsn, keys.kek with the new key in front, known to all services already' +
        '\n\nExample:\n  $ cardea keys reseal --config cardea.yaml',
    )
    .action(({ config = [] }: ConfigOptions) => reseal(configOf(config, surroundings), out));
}

function seconds(text: string): number {
  const millis = parseDuration(text);
  if (millis === undefined) throw new InvalidArgumentError('it must be a duration such as 30s, 10m or 1h30m');
  return Math.ceil(millis / 1000);
}
