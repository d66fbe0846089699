// What can be said after `npm run demo --`, and the help that explains it.
import { parseArgs } from 'node:util';
import { portSpan } from './ports.js';

/** A demo as ordered. */
export interface DemoOrder {
  readonly json: boolean;
  /** First of a block of ports. */
  readonly base: number | undefined;
  readonly reset: boolean;
  readonly full: boolean;
  /** Absolute or relative paths of configuration files that go on top. */
  readonly config: readonly string[];
}

export const demoHelp = `Usage: npm run demo -- [options]

Starts all of Cardea on this machine, on loopback addresses only: PostgreSQL, Redis, a software HSM where one can be
had, each service in a process of its own, a login app and a relying party. Prints one URL to open. Ctrl-C ends it all.

  --json         print one line of JSON (URLs, a client, process ids) once everything answers
  --ports N      use the ports N to N+${String(portSpan)} instead of 4444, 4445, 3000, 5555 and their like
  --config FILE  settings that go on top, as Hydra's configuration file spells them (issuer, urls, ttl, ...); repeatable
  --full         run a second token service beside the first; the others share their calls between the two
  --reset        forget the state of earlier runs first: database, keys, secrets, logs
  --help         this text

Environment:
  DSN            use this PostgreSQL and start none; its tables are created, --reset leaves it alone
  REDIS_URL      use this Redis and start none
  HSM_ENABLED=true, HSM_LIBRARY, HSM_PIN, HSM_TOKEN_LABEL
                 use this PKCS#11 token; HSM_ENABLED=false keeps keys sealed in PostgreSQL
  CARDEA_HOME    where state lives, by default .cardea in the clone
Any other setting of docs/configuration.md can be given by its environment name, too.
`;

/** An order that cannot be understood; the message says what is wrong. */
export class OrderError extends Error {}

/**
 * @param argv the words after the script's name
 * @returns the order, or `help`
 * @throws {OrderError}
 */
export function readOrder(argv: readonly string[]): DemoOrder | 'help' {
  let values;
  try {
    ({ values } = parseArgs({
      args: [...argv],
      options: {
        json: { type: 'boolean', default: false },
        ports: { type: 'string' },
        config: { type: 'string', multiple: true, default: [] },
        full: { type: 'boolean', default: false },
        reset: { type: 'boolean', default: false },
        help: { type: 'boolean', short: 'h', default: false },
      },
    }));
  } catch (error) {
    throw new OrderError(`${(error as Error).message.split('. ')[0] ?? ''} (--help shows what there is)`);
  }
  if (values.help) return 'help';
  const { json, config, full, reset } = values;
  return { json, config, full, reset, base: values.ports === undefined ? undefined : readBase(values.ports) };
}

function readBase(text: string): number {
  const base = /^\d{1,5}$/.test(text) ? Number(text) : 0;
  const highest = 65_535 - portSpan;
  if (base >= 1024 && base <= highest) return base;
  throw new OrderError(`--ports ${text}: give a number from 1024 to ${String(highest)}, the first of a block of ports`);
}
