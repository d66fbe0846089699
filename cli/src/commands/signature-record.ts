// `cardea keys audit list|findings|acknowledge`: an auditor asks the record of signatures what it has, and what does not match in it.
import type { Command } from 'commander';
import type { Json } from '../api/client.js';
import { segment } from '../api/segment.js';
import { apiCommand } from '../api-command.js';
import type { Surroundings } from '../main.js';
import type { PageOptions } from '../output/page.js';
import { showPage, withPages } from '../output/page.js';
import type { Column } from '../output/shown.js';
import { showList, showOne } from '../output/shown.js';

const text = (value: unknown) => (typeof value === 'string' || typeof value === 'number' ? String(value) : '');
const column = (member: string): Column<Json> => ({
  title: member.replace(/_/g, ' ').toUpperCase(),
  of: (item) => text(item[member]),
});

const signatureColumns = [
  ...['sequence', 'signed_at', 'outcome', 'purpose', 'alg', 'client_id', 'jti', 'kid', 'caller'],
].map(column);
const findingColumns = ['id', 'kind', 'about', 'found_at', 'acknowledged_by', 'note'].map(column);
const facts: Column<Json> = { title: 'FACTS', of: (item) => JSON.stringify(item['facts']) };
const idOf = (item: Json) => text(item['id']);

const nothing = '\nRelying parties: nothing changes.';

interface Asked extends PageOptions {
  readonly subject?: string;
  readonly jti?: string;
  readonly client?: string;
  readonly kid?: string;
  readonly after?: string;
  readonly before?: string;
}

export function addSignatureRecordCommands(audit: Command, surroundings: Surroundings): void {
  const list = apiCommand<Asked>(
    audit,
    surroundings,
    {
      usage: 'list',
      description: 'List signatures, and attempts to have one, as the record has them, the newest first.',
      examples: [
        'cardea keys audit list --subject alice',
        'cardea keys audit list --jti 7a4b054b36daa23e --format json',
        'cardea keys audit list --kid 6f0d2c --after 2026-01-31T12:00:00Z --all',
      ],
    },
    async ({ api, show }, { subject, jti, client, kid, after, before, ...page }) => {
      const query = { subject, jti, client_id: client, kid, signed_after: after, signed_before: before };
      const draw = (items: readonly Json[]) => showList(items, signatureColumns, ({ sequence }) => text(sequence));
      show(await showPage(api, '/admin/keys-audit/signatures', query, page, draw));
    },
  )
    .option('--subject <sub>', 'only about this subject, as tokens name it; the record has a keyed hash of it only')
    .option('--jti <id>', 'only of this token')
    .option('--client <id>', 'only for this client')
    .option('--kid <id>', 'only by this key')
    .option('--after <time>', 'not earlier than this, such as 2026-01-31T12:00:00Z')
    .option('--before <time>', 'earlier than this')
    .addHelpText('after', nothing);
  withPages(list);

  const findings = apiCommand<PageOptions & { readonly state: string }>(
    audit,
    surroundings,
    {
      usage: 'findings',
      description: 'List signatures without a token and tokens without a signature, the newest first.',
      examples: ['cardea keys audit findings', 'cardea keys audit findings --state all --format json'],
    },
    async ({ api, show }, { state, ...page }) => {
      const query = { state: state === 'all' ? undefined : state };
      const draw = (items: readonly Json[]) => showList(items, [...findingColumns, facts], idOf);
      show(await showPage(api, '/admin/keys-audit/findings', query, page, draw));
    },
  )
    .option('--state <state>', 'open, acknowledged or all', 'open')
    .addHelpText('after', nothing);
  withPages(findings);

  apiCommand<{ readonly note: string }>(
    audit,
    surroundings,
    {
      usage: 'acknowledge <id>',
      description: 'Say that a finding was looked into, and what came of it. The first one who does stays on it.',
      examples: ['cardea keys audit acknowledge 42 --note "a token service was killed at that second"'],
    },
    async ({ api, show }, { note }, [id = '']) => {
      const path = `/admin/keys-audit/findings/${segment(id)}/acknowledge`;
      const finding = await api.call('POST', path, { json: { note }, what: `finding ${JSON.stringify(id)}` });
      show(showOne(finding as Json, [...findingColumns, facts], idOf));
    },
  )
    .option('--note <text>', 'what came of it', '')
    .addHelpText('after', nothing);
}
