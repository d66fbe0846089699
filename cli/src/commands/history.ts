// `cardea list audit-events|logout-deliveries`, `cardea resend logout-delivery`: what was changed, and who was told of logouts.
import type { Command } from 'commander';
import type { Json } from '../api/client.js';
import { segment } from '../api/segment.js';
import { apiCommand } from '../api-command.js';
import type { Surroundings } from '../main.js';
import type { PageOptions } from '../output/page.js';
import { showPage, withPages } from '../output/page.js';
import type { Column } from '../output/shown.js';
import { showIds, showList } from '../output/shown.js';
import type { Verbs } from '../verbs.js';

const columnsOf = (members: readonly string[]): readonly Column<Json>[] =>
  members.map((member) => ({
    title: member.replace(/_/g, ' ').toUpperCase(),
    of: (item: Json) => {
      const value = item[member];
      return typeof value === 'string' || typeof value === 'number' ? String(value) : '';
    },
  }));

const draw = (members: readonly string[]) => (items: readonly Json[]) =>
  showList(items, columnsOf(members), (item) => String(item['id']));

const events = draw(['occurred_at', 'actor', 'action', 'target', 'status', 'request_id']);
const deliveries = draw(['id', 'client_id', 'state', 'attempts', 'last_outcome', 'created_at']);

export function addHistoryCommands(program: Command, verbs: Verbs, surroundings: Surroundings): void {
  const audit = apiCommand<PageOptions & { readonly actor?: string; readonly subject?: string }>(
    verbs.list,
    surroundings,
    {
      usage: 'audit-events',
      aliases: ['audit-event'],
      description:
        'List what was changed through the admin API, and of signing keys by the commands, and by whom, the newest first.',
      examples: [
        'cardea list audit-events --page-size 20',
        'cardea list audit-events --actor login-app --format json',
        'cardea list audit-events --subject alice --all',
      ],
    },
    async ({ api, show }, options) => {
      const query = { actor: options.actor, subject: options.subject };
      show(await showPage(api, '/admin/audit-events', query, options, events));
    },
  )
    .option('--actor <name>', 'only what this caller did')
    .option('--subject <subject>', 'only logins and consents of this person, where they are on record');
  withPages(audit);

  const list = apiCommand<PageOptions & { readonly client?: string; readonly state?: string }>(
    verbs.list,
    surroundings,
    {
      usage: 'logout-deliveries',
      aliases: ['logout-delivery'],
      description: 'List which clients were told of logouts, and how that went.',
      examples: ['cardea list logout-deliveries --state failed'],
    },
    async ({ api, show }, options) => {
      const query = { client_id: options.client, state: options.state };
      show(await showPage(api, '/admin/logout-deliveries', query, options, deliveries));
    },
  )
    .option('--client <id>', 'only to this client')
    .option('--state <state>', 'pending, delivered or failed');
  withPages(list);

  const resend = program.command('resend').description('Send once more what did not arrive.');
  apiCommand<object>(
    resend,
    surroundings,
    {
      usage: 'logout-delivery <id>',
      description: 'Tell a client of a logout once more.',
      examples: ['cardea resend logout-delivery 018f…'],
    },
    async ({ api, show }, _options, [id = '']) => {
      const what = `logout delivery ${JSON.stringify(id)}`;
      await api.call('POST', `/admin/logout-deliveries/${segment(id)}/resend`, { what });
      show(showIds([id]));
    },
  );
}
