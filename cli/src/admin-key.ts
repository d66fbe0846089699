// `cardea admin-key create`: a key for the admin API, shown once, and the setting that lets it in (security §2.5).
import { adminRoles } from '@cardea/service';
import { Command, InvalidArgumentError } from 'commander';
import { randomBytes } from 'node:crypto';

interface Wanted {
  readonly name: string;
  readonly role: readonly string[];
}

/** What is printed for a new key. @param random 32 bytes */
async function newAdminKey({ name, role }: Wanted, random: Buffer): Promise<string> {
  const { makeApiKey } = await import('@cardea/admin');
  const { key, hash } = makeApiKey(random);
  return [
    'The key, to be sent as `Authorization: Bearer …`; it is kept nowhere and shown only now:',
    '',
    `  ${key}`,
    '',
    'What lets it in, for the configuration of the admin service:',
    '',
    '  serve:',
    '    admin:',
    '      authentication:',
    '        api_keys:',
    `          - name: ${JSON.stringify(name)}`,
    `            hash: ${hash}`,
    `            roles: [${role.join(', ')}]`,
    '',
  ].join('\n');
}

function addRole(role: string, before: readonly string[] = []): readonly string[] {
  if ((adminRoles as readonly string[]).includes(role)) return [...before, role];
  throw new InvalidArgumentError(`It must be one of ${adminRoles.join(', ')}.`);
}

export function adminKeyCommand(out: (text: string) => void): Command {
  const command = new Command('admin-key').description('Make keys for the admin API.').exitOverride();
  command
    .command('create')
    .description('Make a key. Nothing is stored: what is printed goes to its user and into the configuration.')
    .requiredOption('--name <name>', 'who will use it; the audit record calls them so')
    .requiredOption('--role <role>', `what it may do, may be given several times: ${adminRoles.join(', ')}`, addRole)
    .addHelpText('after', '\nExample:\n  $ cardea admin-key create --name login-app --role login-ui')
    .exitOverride()
    .action(async (wanted: Wanted) => out(await newAdminKey(wanted, randomBytes(32))));
  return command;
}
