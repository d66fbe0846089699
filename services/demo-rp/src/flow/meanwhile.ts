// Tells the hops between browser, provider, login and consent app, which this app never sees, by what the ID token says of them.
import type { Texts } from '../texts.js';
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

const isKnown = (method: unknown): method is 'pwd' | 'otp' | 'hwk' => ['pwd', 'otp', 'hwk'].includes(String(method));

function loginFact(texts: Texts, claims: Readonly<Record<string, unknown>>, startedAt: number): string {
  const said = texts.meanwhile;
  const authTime = claims['auth_time'];
  if (typeof authTime !== 'number') return said.unsaid;
  // Whole seconds: a login in the second in which the request left is a new one.
  if (authTime < Math.floor(startedAt / 1000)) {
    return said.remembered(clockTime(authTime * 1000), distance(texts, authTime, startedAt / 1000));
  }
  const methods: readonly unknown[] = Array.isArray(claims['amr']) ? claims['amr'] : [];
  const how = methods.map((method) => (isKnown(method) ? said[method] : said.by(String(method)))).join(said.and);
  return said.loggedIn(clockTime(authTime * 1000), how);
}

/** Which of the requested scopes were granted, in words. */
export function consentFact({ meanwhile: said }: Texts, requested: string, granted: string): string {
  const given = granted.split(' ').filter(Boolean);
  const withheld = requested.split(' ').filter((scope) => scope !== '' && !given.includes(scope));
  const rest = withheld.length === 0 ? said.all : said.withheld(withheld.join(', '));
  return said.granted(given.join(', ') || said.nothing, rest);
}

/** The two visits as steps. */
export function meanwhile(texts: Texts, known: Known): Step[] {
  const said = texts.meanwhile;
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
      title: said.login,
      from: texts.step.browser,
      to: texts.step.loginApp,
      words: said.loginWords,
      at: known.startedAt,
      facts: [loginFact(texts, claims, known.startedAt)],
      curl: calls('login', `{"subject":"${subject.replace(/[^\w.@-]/g, '')}"}`),
    },
    {
      title: said.consent,
      from: texts.step.browser,
      to: texts.step.loginApp,
      words: said.consentWords,
      at: known.startedAt,
      facts: [consentFact(texts, known.requestedScope, known.grantedScope), said.took(seconds)],
      curl: calls('consent', `{"grant_scope":${JSON.stringify(known.grantedScope.split(' ').filter(Boolean))}}`),
    },
  ];
}
