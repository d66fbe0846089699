// A command that talks to an API: it gets the flags they all have, a way to call and a way to show.
import type { Command } from 'commander';
import { Option } from 'commander';
import type { Api } from './api/client.js';
import { openApi } from './api/client.js';
import type { ApiName, ConnectionOptions } from './api/endpoint.js';
import { formatHelp, rendererFor } from './output/formats.js';
import type { Shown } from './output/shown.js';
import type { Surroundings } from './main.js';

/** What an action is given beside its own flags. */
export interface Session {
  readonly api: Api;
  /** Opens another API with the same flags; the endpoint is only that of the first. */
  readonly other: (api: ApiName, endpoint?: string) => Api;
  readonly show: (shown: Shown) => void;
  readonly surroundings: Surroundings;
}

interface CommonOptions extends ConnectionOptions {
  readonly format: string;
  readonly quiet?: boolean;
}

/** What a command says of itself. */
export interface Description {
  readonly usage: string;
  readonly aliases?: readonly string[];
  /** Whose URL `--endpoint` is. */
  readonly api?: ApiName;
  readonly description: string;
  /** Without the `$`. */
  readonly examples: readonly string[];
}

export const repeatable = (value: string, before: readonly string[] = []): readonly string[] => [...before, value];

/** Hydra's lists of words: `a,b`, several times, or both. */
export const words = (value: string, before: readonly string[] = []): readonly string[] => [
  ...before,
  ...value.split(',').flatMap((word) => (word.trim() === '' ? [] : [word.trim()])),
];

/** Adds a command below `parent`. @param act gets its arguments as words, none for those left out */
// eslint-disable-next-line @typescript-eslint/no-unnecessary-type-parameters -- commander cannot know the flags of a command; its author does
export function apiCommand<O extends object>(
  parent: Command,
  surroundings: Surroundings,
  { usage, aliases = [], api = 'admin', description, examples }: Description,
  act: (session: Session, options: O, words: readonly string[]) => Promise<void>,
): Command {
  const command = parent
    .command(usage)
    .aliases(aliases)
    .description(description)
    .option('--format <format>', formatHelp, 'table')
    .option('-q, --quiet', 'print ids only; with jsonpath= or jsonpointer=, texts without quotes')
    .addHelpText('after', exampleText(examples));
  withConnection(command, api);
  return command.action(async () => {
    const options: CommonOptions & O = command.opts();
    const render = rendererFor(options);
    await act(
      {
        api: openApi(api, options, surroundings.env),
        other: (name, endpoint) => {
          const { endpoint: _own, ...rest }: ConnectionOptions = options;
          return openApi(name, endpoint === undefined ? rest : { ...rest, endpoint }, surroundings.env);
        },
        show: (shown) => surroundings.out(render(shown)),
        surroundings,
      },
      options,
      command.args,
    );
  });
}

export const exampleText = (examples: readonly string[]): string =>
  `\nExample${examples.length === 1 ? '' : 's'}:\n${examples.map((example) => `  $ ${example}`).join('\n')}`;

/** Below the flags of the command itself: they are the same everywhere. */
function withConnection(command: Command, api: ApiName): void {
  const [name, port] = api === 'admin' ? ['ADMIN', '4445'] : ['PUBLIC', '4444'];
  const environment = `environment: CARDEA_${name}_URL, ORY_SDK_URL; else http://127.0.0.1:${port}`;
  const add = (flags: string, help: string) => new Option(flags, help).helpGroup('Connection:');
  command
    .addOption(add('-e, --endpoint <url>', `URL of the ${api} API, or unix:/path (${environment})`))
    .addOption(add('-H, --http-header <header>', 'a further header, `Name: value`; repeatable').argParser(repeatable))
    .addOption(add('--skip-tls-verify', 'trust any certificate; for tests only'))
    .addOption(add('--ca-file <file>', 'PEM file with the certificate authority of the endpoint'));
  if (api === 'public') return;
  command
    .addOption(add('--admin-key <key>', 'credential; better in CARDEA_ADMIN_KEY, where no process list shows it'))
    .addOption(add('--admin-key-file <file>', 'file that holds it (environment: CARDEA_ADMIN_KEY_FILE)'))
    .addOption(add('--client-cert <file>', 'PEM file with a client certificate, where callers are known by theirs'))
    .addOption(add('--client-key <file>', 'PEM file with its private key'));
}

/** Does something for each and reports failures at the end, so that one unknown id does not hide the rest. */
export async function forEach<T>(
  items: readonly string[],
  surroundings: Surroundings,
  work: (item: string) => Promise<T>,
): Promise<{ done: T[]; fail: () => void }> {
  const done: T[] = [];
  const failures: Error[] = [];
  for (const item of items) {
    try {
      done.push(await work(item));
    } catch (error) {
      if (!(error instanceof Error) || items.length === 1) throw error;
      failures.push(error);
    }
  }
  return {
    done,
    fail() {
      const last = failures.pop();
      for (const { message } of failures) surroundings.err(`cardea: ${message}\n`);
      if (last !== undefined) throw last;
    },
  };
}
