// Says in plain words what an application may do with each scope it asks for (OpenID Connect Core §5.4, §11).
import type { Account } from './account.js';
import type { Texts } from './texts.js';

/** One line of the consent page. */
export interface ScopeView {
  readonly scope: string;
  readonly title: string;
  readonly detail: string;
  /** Cannot be unticked: without it there is no login at all. */
  readonly fixed: boolean;
}

type Words = Pick<ScopeView, 'title' | 'detail'>;

function wordsFor({ scopes }: Texts, scope: string, account: Account): Words {
  const { openid, profile, email, phone, address, offline, other } = scopes;
  const known = new Map<string, Words>([
    ['openid', openid],
    ['profile', { title: profile.title, detail: profile.detail(account) }],
    ['email', { title: email, detail: account.email }],
    ['phone', phone],
    ['address', address],
    ['offline', offline],
    ['offline_access', offline],
  ]);
  return known.get(scope) ?? { title: other.title(scope), detail: other.detail };
}

/** The requested scopes in the order asked, each once. */
export function scopeViews(texts: Texts, requested: readonly string[], account: Account): ScopeView[] {
  return [...new Set(requested)].map((scope) => ({
    scope,
    ...wordsFor(texts, scope, account),
    fixed: scope === 'openid',
  }));
}

/** What was ticked, as far as it was asked for; the provider itself does not compare the two (Hydra's wire, §2.4). */
export function grantedScopes(requested: readonly string[], ticked: readonly string[]): string[] {
  return [...new Set(requested)].filter((scope) => scope === 'openid' || ticked.includes(scope));
}
