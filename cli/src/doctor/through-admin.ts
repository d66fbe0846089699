// What the admin API knows: jobs that failed for good or pile up, and the cookies that a real authorization request brings.
import type { Api, Json } from '../api/client.js';
import { openApi } from '../api/client.js';
import type { Finding } from '../findings/finding.js';
import { note, ok, warning, wrong } from '../findings/finding.js';
import type { Checkup } from './checkup.js';
import { sentence } from './checkup.js';

/** More than a round of clean-up or a logout of many clients puts there. */
const manyWaiting = 1_000;

export async function lookThroughAdmin(checkup: Checkup): Promise<Finding[]> {
  const { host, port, tls } = checkup.config.serve.admin;
  const here = ['0.0.0.0', '::'].includes(host) ? '127.0.0.1' : host;
  const scheme = tls.enabled === true ? 'https' : 'http';
  const given = checkup.env['CARDEA_ADMIN_URL'];
  const endpoint = given ?? (host.startsWith('unix:') ? host : `${scheme}://${here}:${String(port)}`);
  const api = openApi('admin', { endpoint }, checkup.env);
  try {
    return [...(await queues(api, checkup)), ...(await cookies(api, checkup))];
  } catch (error) {
    return [
      warning('admin', sentence(error), {
        why: 'queues and the cookies of a login were not looked at',
        fix: 'start it (cardea serve admin), or say where it is in CARDEA_ADMIN_URL, with a key in CARDEA_ADMIN_KEY',
      }),
    ];
  }
}

async function queues(api: Api, { config }: Checkup): Promise<Finding[]> {
  if (config.redis.url === undefined) return [];
  const found = ((await api.call('GET', '/admin/queues')) as Json[]).flatMap((queue) => {
    const { name, counts } = queue as { name: string; counts: Readonly<Record<string, number>> };
    const { failed = 0, waiting = 0 } = counts;
    const dead =
      failed === 0
        ? []
        : [
            warning(name, `${String(failed)} jobs failed for good`, {
              why: 'they wait for somebody who looks at them, for two weeks',
              fix: `cardea jobs list ${name}, then cardea jobs retry or drain`,
            }),
          ];
    const late =
      waiting < manyWaiting
        ? []
        : [
            warning(name, `${String(waiting)} jobs wait`, {
              why: 'more come than are done: logouts arrive late, tables grow',
              fix: 'start another worker (cardea serve worker), and see that those there are run',
            }),
          ];
    return [...dead, ...late];
  });
  return found.length === 0 ? [ok('queues', 'no job failed for good, none pile up')] : found;
}

/** Requests at most that are tried until one begins a login. */
const mostTries = 10;

/** Begins a login as a browser does and looks at the cookie that comes: what a proxy in front does to it counts too. */
async function cookies(api: Api, { config }: Checkup): Promise<Finding[]> {
  const { issuer, public: origin } = config.urls.self;
  if (issuer === undefined) return [note('cookies', 'no issuer, no login to try')];
  const base = (origin ?? issuer).replace(/\/$/, '');
  const clients = (await api.call('GET', '/admin/clients', { query: { page_size: '50' } })) as Json[];
  for (const request of clients.flatMap(plainRequest).slice(0, mostTries)) {
    const answer = await fetch(`${base}/oauth2/auth?${request.toString()}`, {
      redirect: 'manual',
      signal: AbortSignal.timeout(5_000),
    });
    // A client that asks for more (a request object, a proof of its own) is refused, and that says nothing about cookies.
    const begins = answer.headers.get('location')?.includes('login_challenge=') === true;
    if (begins) return judgeCookies(answer.headers.getSetCookie(), new URL(issuer));
  }
  return [note('cookies', 'no client was found that a login could be tried with')];
}

/** The least that a client may ask for; nothing for one that logs nobody in. */
function plainRequest({ client_id: id, redirect_uris: uris, response_types: types, scope }: Json): URLSearchParams[] {
  if (!Array.isArray(uris) || !Array.isArray(types) || !types.includes('code')) return [];
  const [redirectUri] = uris as string[];
  const [anyScope = ''] = (typeof scope === 'string' ? scope : '').split(' ');
  if (redirectUri === undefined) return [];
  return [
    new URLSearchParams({
      ...{ client_id: String(id), response_type: 'code', redirect_uri: redirectUri, state: 'cardea-doctor' },
      ...(anyScope !== '' && { scope: anyScope.replace(/\*$/, 'x') }),
      ...{ code_challenge_method: 'S256', code_challenge: 'x'.repeat(43) },
    }),
  ];
}

/** @param set `Set-Cookie` lines of the first answer of a login */
export function judgeCookies(set: readonly string[], issuer: URL): Finding[] {
  const about = 'cookies';
  if (set.length === 0) {
    return [
      wrong(about, 'a login begins without a cookie', {
        why: 'it could not be told which browser comes back: each login would end in request_forbidden',
        decides: 'the proxy in front, if one takes Set-Cookie away',
        fix: 'let Set-Cookie pass',
      }),
    ];
  }
  const https = issuer.protocol === 'https:';
  return set.flatMap((line) => {
    const name = line.split('=', 1)[0] ?? '';
    const has = (attribute: string) => new RegExp(`;\\s*${attribute}(?:;|$)`, 'i').test(line);
    if (https && !has('secure')) {
      return [
        wrong(about, `${name} comes without Secure from an https issuer`, {
          why: 'it may travel in the clear, and SameSite=None without it is dropped by browsers',
          decides: 'serve.cookies.secure, the proxy in front',
          fix: 'leave serve.cookies.secure away; see that the proxy does not rewrite cookies',
        }),
      ];
    }
    if (!has('httponly'))
      return [
        wrong(about, `${name} can be read by scripts`, {
          decides: 'the proxy in front',
          fix: 'let cookies pass as they are',
        }),
      ];
    return [ok(about, `${name} is set as it should be`)];
  });
}
