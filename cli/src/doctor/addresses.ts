// Addresses and cookies that cannot work together, found by reading the configuration: the most common failures of newcomers.
import type { Config } from '@cardea/service';
import type { Finding } from '../findings/finding.js';
import { note, ok, warning, wrong } from '../findings/finding.js';

const loopback = /^(?:localhost|.*\.localhost|127(?:\.\d+){3}|\[::1\])$/;
const why = 'a browser keeps cookies by host name, and a login that goes through two names has lost them';

export function lookAtAddresses(config: Config): Finding[] {
  const { issuer: text } = config.urls.self;
  if (text === undefined || !URL.canParse(text)) {
    return [
      wrong('urls.self.issuer', 'it is not set', {
        why: 'it stands in every token, and relying parties compare it byte by byte',
        fix: 'urls: {self: {issuer: https://id.example}}, as the outside reaches the gateway',
      }),
    ];
  }
  const issuer = new URL(text);
  const found = [...scheme(issuer), ...cookies(config, issuer), ...apps(config, issuer), ...admin(config)];
  return found.length === 0 ? [ok('addresses', `${text}, its apps and cookies fit together`)] : found;
}

function scheme(issuer: URL): Finding[] {
  if (issuer.protocol === 'https:') return [];
  if (loopback.test(issuer.hostname)) {
    return [note('urls.self.issuer', `${issuer.origin} is plain http on this machine: for development`)];
  }
  return [
    wrong('urls.self.issuer', `${issuer.origin} is plain http`, {
      why: 'codes, tokens and cookies can be read on the way; browsers refuse the cookies of a login that crosses sites',
      fix: 'put TLS in front and make the issuer https',
    }),
  ];
}

function cookies(config: Config, issuer: URL): Finding[] {
  const { domain, secure, sameSiteMode } = config.serve.cookies;
  const found: Finding[] = [];
  const https = issuer.protocol === 'https:';
  if (secure === true && !https && !loopback.test(issuer.hostname)) {
    found.push(
      wrong('serve.cookies.secure', 'cookies are for https only, and the issuer is http', {
        why: 'no browser will send them back: each login ends in request_forbidden',
        fix: 'make the issuer https',
      }),
    );
  }
  if (sameSiteMode?.toLowerCase() === 'none' && !(secure ?? https)) {
    found.push(
      wrong('serve.cookies.same_site_mode', 'None without Secure', {
        why: 'browsers drop such cookies',
        fix: 'make the issuer https, or take Lax',
      }),
    );
  }
  if (domain !== undefined && domain !== '') {
    const name = domain.replace(/^\./, '');
    if (issuer.hostname !== name && !issuer.hostname.endsWith(`.${name}`)) {
      found.push(
        wrong('serve.cookies.domain', `${domain} does not hold ${issuer.hostname}`, {
          why: 'browsers refuse a cookie for a foreign domain',
          fix: `leave it away, or name a parent of ${issuer.hostname}`,
        }),
      );
    }
  }
  return found;
}

function apps(config: Config, issuer: URL): Finding[] {
  const found: Finding[] = [];
  for (const name of ['login', 'consent'] as const) {
    const text = config.urls[name];
    if (text === undefined) {
      found.push(
        wrong(`urls.${name}`, 'it is not set: a page that says so is shown instead', {
          why: `Cardea knows no users; your ${name} app does`,
          fix: `urls: {${name}: https://…}; npm run demo shows such an app at work`,
        }),
      );
      continue;
    }
    const app = new URL(text);
    if (app.hostname !== issuer.hostname && loopback.test(app.hostname) && loopback.test(issuer.hostname)) {
      found.push(
        warning(
          `urls.${name}`,
          `it is at ${app.hostname}, and the issuer at ${issuer.hostname}: one machine, two names`,
          {
            why,
            fix: `write ${issuer.hostname} in both, and in redirect URIs`,
          },
        ),
      );
    } else if (loopback.test(app.hostname) && !loopback.test(issuer.hostname)) {
      found.push(
        wrong(`urls.${name}`, `${text} is this machine, for every browser its own`, {
          why: 'people are redirected there: their browsers will look for it on their own machines',
          fix: 'give the address at which browsers reach the app',
        }),
      );
    } else if (issuer.protocol === 'https:' && app.protocol === 'http:') {
      found.push(
        warning(`urls.${name}`, `${text} is plain http`, {
          why: 'passwords are typed there',
          fix: 'serve it over https',
        }),
      );
    }
  }
  return found;
}

function admin({ serve: { admin: listener } }: Config): Finding[] {
  const { authentication, host } = listener;
  const methods = Object.entries(authentication).filter(([, value]) => isSet(value));
  if (host.startsWith('unix:') || loopback.test(host) || host === '::1' || methods.length > 0) return [];
  return [
    wrong('serve.admin', `it listens on ${host} and asks nobody who they are`, {
      why: 'whoever reaches it makes clients, reads consents and ends sessions: the service refuses to start so',
      fix: 'serve.admin.host: 127.0.0.1, or serve.admin.authentication.api_keys (`cardea admin-key create`)',
    }),
  ];
}

const isSet = (value: unknown): boolean =>
  Array.isArray(value)
    ? value.length > 0
    : typeof value === 'object' &&
      value !== null &&
      Object.values(value).some((inner) => inner !== undefined && !(Array.isArray(inner) && inner.length === 0));
