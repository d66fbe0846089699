// `cardea jobs list|show|retry|drain`: the workers' queues and their dead letters (issue 6 "Queues").
import type { Command } from 'commander';
import type { Api, Json } from '../api/client.js';
import { segment } from '../api/segment.js';
import { apiCommand } from '../api-command.js';
import { isObject } from '../documents.js';
import { Failure } from '../failure.js';
import type { Surroundings } from '../main.js';
import type { PageOptions } from '../output/page.js';
import { showPage, withPages } from '../output/page.js';
import type { Column } from '../output/shown.js';
import { showIds, showList, showOne } from '../output/shown.js';

const base = '/admin/queues';
const states = ['waiting', 'active', 'delayed', 'completed', 'failed'] as const;

const text = (value: unknown) => (typeof value === 'string' || typeof value === 'number' ? String(value) : '');
const column = (member: string): Column<Json> => ({
  title: member.replace(/_/g, ' ').toUpperCase(),
  of: (item) => text(item[member]),
});

const queueColumns: readonly Column<Json>[] = [
  { title: 'QUEUE', of: ({ name }) => text(name) },
  ...states.map((state) => ({
    title: state.toUpperCase(),
    of: ({ counts }: Json) => (isObject(counts) ? text(counts[state]) : ''),
  })),
];
const jobColumns = ['id', 'name', 'state', 'attempts', 'failed_reason', 'created_at', 'finished_at'].map(column);
const id = (job: Json) => text(job['id']);

const jobsOf = (queue: string) => `${base}/${segment(queue)}/jobs`;
const nameOf = (queue: string) => `queue ${JSON.stringify(queue)}`;

/** How many an order was about. */
async function ordered(api: Api, path: string, what: string): Promise<number> {
  const answer = await api.call('POST', path, { what });
  return isObject(answer) && typeof answer['count'] === 'number' ? answer['count'] : 0;
}

export function addJobCommands(program: Command, surroundings: Surroundings): void {
  const jobs = program.command('jobs').description("The workers' queues, and the jobs there that failed for good.");

  const list = apiCommand<PageOptions & { readonly state: string }>(
    jobs,
    surroundings,
    {
      usage: 'list [queue]',
      description: 'List the queues with their jobs by state, or the jobs of one queue, the newest first.',
      examples: [
        'cardea jobs list',
        'cardea jobs list cardea-logout',
        'cardea jobs list cardea-cleaning --state delayed',
      ],
    },
    async ({ api, show }, { state, ...page }, [queue]) => {
      if (queue === undefined) {
        const queues = (await api.call('GET', base)) as Json[];
        return show(showList(queues, queueColumns, ({ name }) => text(name)));
      }
      show(await showPage(api, jobsOf(queue), { state }, page, (items) => showList(items, jobColumns, id)));
    },
  ).option('--state <state>', `${states.slice(0, -1).join(', ')} or failed`, 'failed');
  withPages(list);

  apiCommand<object>(
    jobs,
    surroundings,
    {
      usage: 'show <queue> <id>',
      description: 'Show one job: what it is about and what its last attempt failed of.',
      examples: ['cardea jobs show cardea-logout 42-0'],
    },
    async ({ api, show }, _options, [queue = '', job = '']) => {
      const what = `job ${JSON.stringify(job)} in ${nameOf(queue)}`;
      const found = (await api.call('GET', `${jobsOf(queue)}/${segment(job)}`, { what })) as Json;
      const data: Column<Json> = { title: 'DATA', of: (item) => JSON.stringify(item['data']) };
      show(showOne(found, [...jobColumns, data], id));
    },
  );

  apiCommand<{ readonly all?: true }>(
    jobs,
    surroundings,
    {
      usage: 'retry <queue> [id]',
      description: 'Have a job that failed tried again, or all of a queue.',
      examples: ['cardea jobs retry cardea-logout 42-0', 'cardea jobs retry cardea-logout --all'],
    },
    async ({ api, show }, { all }, [queue = '', job]) => {
      if ((job === undefined) !== (all === true)) throw new Failure('which? Give the id of one job, or --all');
      if (job === undefined) {
        const count = await ordered(api, `${base}/${segment(queue)}/retry`, nameOf(queue));
        return show(showIds([String(count)], 'JOBS'));
      }
      await ordered(api, `${jobsOf(queue)}/${segment(job)}/retry`, `job ${JSON.stringify(job)} in ${nameOf(queue)}`);
      show(showIds([job]));
    },
  ).option('--all', 'every job of the queue that failed');

  apiCommand<object>(
    jobs,
    surroundings,
    {
      usage: 'drain <queue>',
      description: 'Forget every job of a queue that failed. What was owed stays owed: the database knows it.',
      examples: ['cardea jobs drain cardea-logout'],
    },
    async ({ api, show }, _options, [queue = '']) =>
      show(showIds([String(await ordered(api, `${base}/${segment(queue)}/drain`, nameOf(queue)))], 'JOBS')),
  );
}
