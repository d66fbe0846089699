// `cardea events`: the audit stream of a running Cardea, as far as it is kept, or as it goes on.
import type { Command } from 'commander';
import { setTimeout } from 'node:timers/promises';
import type { Api, Json } from '../api/client.js';
import { apiCommand, words } from '../api-command.js';
import { exitCodes, Failure } from '../failure.js';
import type { Surroundings } from '../main.js';
import { printable } from '../output/printable.js';
import { showOne } from '../output/shown.js';

interface Asked {
  readonly format: string;
  readonly quiet?: boolean;
  readonly follow?: boolean;
  readonly type?: readonly string[];
  readonly client?: string;
  readonly since?: string;
  readonly count?: string;
}

interface Page {
  readonly events: readonly Json[];
  readonly next: string;
  readonly more: boolean;
}

const path = '/admin/events';
const pageSize = '500';
/** Seconds that the service waits for something to happen, well below what a request may take. */
const patience = '20';
const againMillis = 1_000;
const mostTries = 120;

export function addEventsCommand(program: Command, surroundings: Surroundings): void {
  apiCommand<Asked>(
    program,
    surroundings,
    {
      usage: 'events',
      description: 'Show what happened, the oldest first: tokens, clients, consents, keys, operators (docs/events.md).',
      examples: [
        'cardea events --since 2026-01-31T12:00:00Z',
        "cardea events --follow --type 'cardea.client.*,cardea.key.*'",
        'cardea events --follow --client shop --format json',
      ],
    },
    async ({ api, show }, { format, quiet, follow = false, type, client, since, count }) => {
      const lines = (format === 'table' || format === 'default') && quiet !== true;
      const tell = (event: Json): void => {
        if (lines) surroundings.out(`${lineOf(event)}\n`);
        else show(showOne(event, [], ({ id }) => String(id)));
      };
      const filter = { type: type?.join(','), client_id: client, since };
      for await (const event of eventsOf(api, filter, { follow, most: countOf(count), surroundings })) tell(event);
    },
  )
    .option('-f, --follow', 'go on with what happens; without --since, begin with it')
    .option('--type <types>', 'only these, or those that begin like `cardea.key.*`; repeatable', words)
    .option('--client <id>', 'only about this client')
    .option('--since <time>', 'not earlier than this, such as 2026-01-31T12:00:00Z')
    .option('--count <n>', 'end after so many');
}

async function* eventsOf(
  api: Api,
  filter: Readonly<Record<string, string | undefined>>,
  { follow, most, surroundings }: { follow: boolean; most: number; surroundings: Pick<Surroundings, 'err'> },
): AsyncGenerator<Json> {
  const ask = async (query: Readonly<Record<string, string>>) =>
    (await api.call('GET', path, { query: { ...filter, ...query, limit: pageSize } })) as Page;
  let after = '';
  if (follow && filter['since'] === undefined) after = (await ask({ after: 'end' })).next;
  for (let told = 0; ;) {
    const { events, next, more } = await (follow
      ? outliving(() => ask({ after, wait: patience }), surroundings)
      : ask({ after }));
    for (const event of events) {
      yield event;
      if (++told === most) return;
    }
    if (!follow && !more) return;
    after = next;
  }
}

/** Whoever follows outlives a service that is being replaced: the place in the stream is the same at the next. */
async function outliving<T>(ask: () => Promise<T>, { err }: Pick<Surroundings, 'err'>): Promise<T> {
  for (let tried = 0; ; tried++) {
    try {
      return await ask();
    } catch (error) {
      const passing = error instanceof Failure && error.exitCode === exitCodes.unavailable;
      if (!passing || tried === mostTries) throw error;
      if (tried === 0) err(`cardea: ${error.message}; asking again for two minutes\n`);
      await setTimeout(againMillis);
    }
  }
}

function countOf(text: string | undefined): number {
  if (text === undefined) return Infinity;
  if (/^[1-9]\d{0,8}$/.test(text)) return Number(text);
  throw new Failure('--count must be a whole number from 1 on');
}

/** `2026-01-31T12:00:00.000Z client.created client_id=shop`, without what all events have in common. */
function lineOf({ time, type, data }: Json): string {
  const said = Object.entries((data ?? {}) as Json).map(([name, value]) => `${name}=${printable(String(value))}`);
  const kind = String(type)
    .replace(/^cardea\./, '')
    .replace(/\.v1$/, '');
  return [String(time), kind, ...said].join(' ');
}
