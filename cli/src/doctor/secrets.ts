// Secrets that are weak, known to everybody, or used for two things.
import type { Config } from '@cardea/service';
import type { Finding } from '../findings/finding.js';
import { note, ok, warning, wrong } from '../findings/finding.js';

/** What stands in quickstarts and tutorials, and words that promise to be changed. */
const wellKnown =
  /youreallyneedtochangethis|this-is-the-primary-secret|this-is-an-old-secret|changeme|change-me|change_me|example|insecure|passw|secret-secret|0123456789|abcdefgh/i;

export function lookAtSecrets(config: Config): Finding[] {
  const system = config.secrets.system;
  const found: Finding[] = [];
  if (system.length === 0) {
    found.push(
      wrong('secrets.system', 'there is none', {
        why: 'handles, cookies and challenges are sealed with it; the services do not start without',
        fix: 'SECRETS_SYSTEM_FILE=… with the output of: openssl rand -hex 32',
      }),
    );
  }
  const named: readonly (readonly [string, readonly string[]])[] = [
    ['secrets.system', system],
    ['keys.kek', config.keys.kek],
    ['keys.audit.secret', config.keys.audit.secret],
    ['oidc.subject_identifiers.pairwise.salt', present(config.oidc.subjectIdentifiers.pairwise.salt)],
    ['hsm.pin', present(config.hsm.pin)],
    ['the password of dsn', present(passwordOf(config.dsn))],
    ['the password of redis.url', present(passwordOf(config.redis.url))],
  ];
  for (const [name, values] of named) found.push(...values.flatMap((value, index) => weak(name, index, value)));
  for (const [index, [name, values]] of named.entries()) {
    for (const [other, others] of named.slice(index + 1)) {
      if (!values.some((value) => others.includes(value))) continue;
      found.push(
        wrong(name, `it is the same as ${other}`, {
          why: 'whoever learns one of them has both, and they cannot be changed apart',
          fix: 'give each a random value of its own: openssl rand -hex 32',
        }),
      );
    }
  }
  if (found.length === 0) found.push(ok('secrets', 'long, unlike each other, and none of those in tutorials'));
  if (system.length > 3)
    found.push(
      note(
        'secrets.system',
        `${String(system.length)} are kept: the last can go when nothing of their time is left (ttl.refresh_token)`,
      ),
    );
  return found;
}

const present = (value: string | undefined): readonly string[] => (value === undefined || value === '' ? [] : [value]);

/** Of a PIN or a salt nobody expects more than it can be. */
const shortest: Readonly<Record<string, number>> = {
  'hsm.pin': 6,
  'the password of dsn': 8,
  'the password of redis.url': 8,
};

function weak(name: string, index: number, value: string): Finding[] {
  const place = index === 0 ? name : `${name}, number ${String(index + 1)}`;
  const fix = 'openssl rand -hex 32, put in front of the old one where a setting takes several';
  if (wellKnown.test(value)) {
    return [wrong(place, 'it is one that everybody knows, or says itself that it should be changed', { fix })];
  }
  if (value.length >= 12 && new Set(value).size < 5)
    return [wrong(place, 'it has hardly any different characters', { fix })];
  const least = shortest[name] ?? 32;
  if (value.length >= least || name.startsWith('oidc.')) return [];
  return [
    warning(place, `it has ${String(value.length)} characters, ${String(least)} random ones are good`, {
      why: 'a short one can be tried out by whoever has a single token',
      fix,
    }),
  ];
}

function passwordOf(url: string | undefined): string | undefined {
  if (url === undefined || !URL.canParse(url)) return undefined;
  return decodeURIComponent(new URL(url).password);
}
