// `cardea list|revoke consents`, `cardea revoke logins`: what people agreed to and where they are logged in (hydra-wire §2.6).
import type { Json } from '../api/client.js';
import { apiCommand } from '../api-command.js';
import { isObject } from '../documents.js';
import { Failure } from '../failure.js';
import type { Surroundings } from '../main.js';
import type { PageOptions } from '../output/page.js';
import { showPage, withPages } from '../output/page.js';
import type { Column } from '../output/shown.js';
import { showIds, showList } from '../output/shown.js';
import type { Verbs } from '../verbs.js';

const base = '/admin/oauth2/auth/sessions';

const words = (value: unknown) => (Array.isArray(value) ? value.join(', ') : '');
const member = (value: unknown, name: string): unknown => (isObject(value) ? value[name] : undefined);
const text = (value: unknown) => (typeof value === 'string' ? value : '');

const columns: readonly Column<Json>[] = [
  { title: 'CONSENT REQUEST ID', of: (consent) => text(consent['consent_request_id']) },
  { title: 'CLIENT ID', of: (consent) => text(member(member(consent['consent_request'], 'client'), 'client_id')) },
  { title: 'SCOPE', of: (consent) => words(consent['grant_scope']) },
  { title: 'AUDIENCE', of: (consent) => words(consent['grant_access_token_audience']) },
  { title: 'REMEMBERED', of: (consent) => String(consent['remember'] === true) },
  { title: 'HANDLED AT', of: (consent) => text(consent['handled_at']) },
];

interface Whose {
  readonly subject?: string;
  readonly client?: string;
  readonly all?: true;
  readonly sid?: string;
}

export function addSessionCommands(verbs: Verbs, surroundings: Surroundings): void {
  const list = apiCommand<PageOptions & { readonly subject: string; readonly loginSession?: string }>(
    verbs.list,
    surroundings,
    {
      usage: 'consents',
      aliases: ['consent', 'consent-sessions'],
      description: 'List what somebody agreed to.',
      examples: ['cardea list consents --subject alice'],
    },
    async ({ api, show }, options) => {
      const query = { subject: options.subject, login_session_id: options.loginSession };
      const draw = (consents: readonly Json[]) =>
        showList(consents, columns, (consent) => text(consent['consent_request_id']));
      show(await showPage(api, `${base}/consent`, query, options, draw));
    },
  )
    .requiredOption('--subject <subject>', 'whose')
    .option('--login-session <sid>', 'only of this login');
  withPages(list);

  apiCommand<Whose>(
    verbs.revoke,
    surroundings,
    {
      usage: 'consents [consent-request-id]',
      aliases: ['consent', 'consent-sessions'],
      description: 'Take back what somebody agreed to, and the tokens that came of it.',
      examples: [
        'cardea revoke consents --subject alice --client shop',
        'cardea revoke consents --subject alice --all',
        'cardea revoke consent 5f3c…',
      ],
    },
    async ({ api, show }, { subject, client, all }, [id]) => {
      const query = { consent_request_id: id, subject, client, all: all === true ? 'true' : undefined };
      const named = [id !== undefined && subject === undefined && client === undefined && all === undefined];
      named.push(id === undefined && subject !== undefined && (client !== undefined) !== (all === true));
      if (!named.includes(true))
        throw new Failure('which? Give --subject with --client or --all, or the id of one consent');
      await api.call('DELETE', `${base}/consent`, { query });
      show(showIds([id ?? subject ?? ''], id === undefined ? 'SUBJECT' : 'CONSENT REQUEST ID'));
    },
  )
    .option('--subject <subject>', 'whose')
    .option('--client <id>', 'only what this client was given')
    .option('--all', 'whatever client it was given to');

  apiCommand<Whose>(
    verbs.revoke,
    surroundings,
    {
      usage: 'logins',
      aliases: ['login', 'login-sessions'],
      description:
        'End logins: of one session, or all of somebody. Clients are told; tokens stay, see `revoke consents`.',
      examples: ['cardea revoke logins --subject alice', 'cardea revoke login --sid 2f1e…'],
    },
    async ({ api, show }, { subject, sid }) => {
      if ((subject === undefined) === (sid === undefined)) throw new Failure('which? Give either --subject, or --sid');
      await api.call('DELETE', `${base}/login`, { query: { subject, sid } });
      show(showIds([sid ?? subject ?? ''], sid === undefined ? 'SUBJECT' : 'SESSION ID'));
    },
  )
    .option('--subject <subject>', 'all logins of this subject')
    .option('--sid <sid>', 'only this session');
}
