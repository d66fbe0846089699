// Tells the hops between browser, provider, login and consent app, which this app never sees, by what the ID token says of them.
import { decodeJwt } from './jwt.js';
import type { Step } from './step.js';
import { clockTime, distance } from './time-words.js';

/** What is known once the browser is back. */
export interface Known {
  readonly startedAt: number;
  readonly cameBackAt: number;
  readonly idToken: string | undefined;
  readonly requestedScope: string;
  readonly grantedScope: string;
  readonly adminUrl: string;
}

const proofs: Readonly<Record<string, string>> = {
  pwd: 'with a password',
  otp: 'with a one-time code',
  hwk: 'with a hardware key',
};

function loginFact(claims: Readonly<Record<string, unknown>>, startedAt: number): string {
  const authTime = claims['auth_time'];
  if (typeof authTime !== 'number') return 'The ID token does not say when you logged in.';
  // Whole seconds: a login in the second in which the request left is a new one.
  if (authTime < Math.floor(startedAt / 1000)) {
    return `The provider remembered you from ${clockTime(authTime * 1000)}, ${distance(authTime, startedAt / 1000)}: the login app was told skip=true and showed no page.`;
  }
  const methods: readonly unknown[] = Array.isArray(claims['amr']) ? claims['amr'] : [];
  const how = methods.map((method) => proofs[String(method)] ?? `by ${String(method)}`).join(' and ');
  return `You logged in at ${clockTime(authTime * 1000)}${how === '' ? '' : ` ${how}`}.`;
}

/** Which of the requested scopes were granted, in words. */
export function consentFact(requested: string, granted: string): string {
  const given = granted.split(' ').filter(Boolean);
  const withheld = requested.split(' ').filter((scope) => scope !== '' && !given.includes(scope));
  const rest = withheld.length === 0 ? 'all that this app asked for' : `not: ${withheld.join(', ')}`;
  return `Granted: ${given.join(', ') || 'nothing'} (${rest}).`;
}

/** The two visits as steps. */
export function meanwhile(known: Known): Step[] {
  const claims = (known.idToken === undefined ? undefined : decodeJwt(known.idToken)?.claims) ?? {};
  const admin = `${known.adminUrl.replace(/\/+$/, '')}/admin/oauth2/auth/requests`;
  const calls = (kind: 'login' | 'consent', body: string): string =>
    `curl -s "${admin}/${kind}?${kind}_challenge=$${kind.toUpperCase()}_CHALLENGE"\n` +
    `curl -s -X PUT "${admin}/${kind}/accept?${kind}_challenge=$${kind.toUpperCase()}_CHALLENGE" \\\n` +
    `  -H 'Content-Type: application/json' -d '${body}'`;
  const subject = typeof claims['sub'] === 'string' ? claims['sub'] : 'ada';
  const seconds = ((known.cameBackAt - known.startedAt) / 1000).toFixed(1);
  return [
    {
      title: 'To the login app',
      from: 'Your browser',
      to: 'login app',
      words:
        'The provider sent the browser on with a login_challenge. The login app asked the admin API what it means, found out who you are, and told the admin API, which named the address to go on to. This app takes no part in it and never sees a password.',
      at: known.startedAt,
      facts: [loginFact(claims, known.startedAt)],
      curl: calls('login', `{"subject":"${subject.replace(/[^\w.@-]/g, '')}"}`),
    },
    {
      title: 'To the consent app',
      from: 'Your browser',
      to: 'login app',
      words:
        'Back at the provider with a login_verifier, the browser was sent on with a consent_challenge. The same game again: the consent app asked what is wanted, you answered, it told the admin API.',
      at: known.startedAt,
      facts: [
        consentFact(known.requestedScope, known.grantedScope),
        `All of this took ${seconds} s, most of it yours.`,
      ],
      curl: calls('consent', `{"grant_scope":${JSON.stringify(known.grantedScope.split(' ').filter(Boolean))}}`),
    },
  ];
}
