// Invents the person behind a user name, and picks the claims that granted scopes ask for (OpenID Connect Core §5.4).

/** Somebody who can log in here: anybody. */
export interface Account {
  readonly subject: string;
  readonly name: string;
  readonly email: string;
}

/** The account that the pages suggest. */
export const demoAccount: Account = { subject: 'ada', name: 'Ada Lovelace', email: 'ada@example.com' };

/** The subject for what somebody typed; undefined when there is nothing to go by. */
export function subjectOf(typed: string | undefined): string | undefined {
  const subject = (typed ?? '').normalize('NFKC').trim().toLowerCase();
  return subject === '' || subject.length > 120 ? undefined : subject;
}

/** The account of a subject: the same subject is always the same person. */
export function accountOf(subject: string): Account {
  if (subject === demoAccount.subject) return demoAccount;
  const [local = subject] = subject.split('@');
  const name = local
    .split(/[\s._-]+/)
    .filter((word) => word !== '')
    .map((word) => word.charAt(0).toUpperCase() + word.slice(1))
    .join(' ');
  const mailbox = local.replace(/[^a-z0-9._-]+/g, '.').replace(/^\.+|\.+$/g, '') || 'someone';
  return {
    subject,
    name: name === '' ? subject : name,
    email: /^[^\s@]+@[^\s@]+$/.test(subject) ? subject : `${mailbox}@example.com`,
  };
}

/** The ID token and userinfo claims that the granted scopes allow. */
export function claimsFor(account: Account, grantedScopes: readonly string[]): Record<string, unknown> {
  const given = (scope: string): boolean => grantedScopes.includes(scope);
  return {
    ...(given('profile') && { name: account.name, preferred_username: account.subject }),
    // Nobody ever proved to own an address here, so we do not claim it.
    ...(given('email') && { email: account.email, email_verified: false }),
    ...(given('phone') && { phone_number: '+44 20 7946 0000', phone_number_verified: false }),
    ...(given('address') && { address: { formatted: '12 St James’s Square, London', country: 'GB' } }),
  };
}
