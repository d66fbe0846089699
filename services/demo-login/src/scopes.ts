// Says in plain words what an application may do with each scope it asks for (OpenID Connect Core §5.4, §11).
import type { Account } from './account.js';

/** One line of the consent page. */
export interface ScopeView {
  readonly scope: string;
  readonly title: string;
  readonly detail: string;
  /** Cannot be unticked: without it there is no login at all. */
  readonly fixed: boolean;
}

const words: Readonly<Record<string, (account: Account) => readonly [title: string, detail: string]>> = {
  openid: () => ['Recognise you', 'It learns an identifier that stays the same each time you log in.'],
  profile: (account) => ['See your name', `${account.name}, user name ${account.subject}`],
  email: (account) => ['See your e-mail address', account.email],
  phone: () => ['See your telephone number', '+44 20 7946 0000, a number made for fiction'],
  address: () => ['See your postal address', '12 St James’s Square, London'],
  offline: () => ['Stay connected', 'It may renew its access while you are away, until you or it ends that.'],
  offline_access: () => ['Stay connected', 'It may renew its access while you are away, until you or it ends that.'],
};

/** The requested scopes in the order asked, each once. */
export function scopeViews(requested: readonly string[], account: Account): ScopeView[] {
  return [...new Set(requested)].map((scope) => {
    const known = Object.hasOwn(words, scope) ? words[scope]?.(account) : undefined;
    const [title, detail] = known ?? [
      `Use “${scope}”`,
      'A permission of its own making; its provider knows what it allows.',
    ];
    return { scope, title, detail, fixed: scope === 'openid' };
  });
}

/** What was ticked, as far as it was asked for; the provider itself does not compare the two (Hydra's wire, §2.4). */
export function grantedScopes(requested: readonly string[], ticked: readonly string[]): string[] {
  return [...new Set(requested)].filter((scope) => scope === 'openid' || ticked.includes(scope));
}
