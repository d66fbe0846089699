// Which web origins a list of patterns allows (Fetch §3.2, RFC 6454 §7; hydra-wire §10.7). A wildcard stands for labels of a
// domain, never for a part of a name that somebody else could register.

/** Answers for an `Origin` header. */
export interface OriginRule {
  /** `anyone` when the list allows every origin: such an answer must not come with credentials. */
  of(origin: string): 'listed' | 'anyone' | 'refused';
}

const longestOrigin = 300;
const shape = /^[a-z][a-z0-9+.-]*:\/\/(?:[a-z0-9.-]+|\[[0-9a-f:.]+\])(?::\d{1,5})?$/;

/** Browsers write origins in lower case; whatever else comes is none, and neither is the opaque `null`. */
const isOrigin = (origin: string) => origin.length <= longestOrigin && shape.test(origin);

/**
 * Whether a pattern may stand in a list: an origin; one with a `*` in its host that at least two labels follow, or for its
 * port; `scheme://*`; or `*` alone.
 */
export function isOriginPattern(pattern: string): boolean {
  if (pattern === '*' || /^[a-z][a-z0-9+.-]*:\/\/\*$/i.test(pattern)) return true;
  const [, host = '', port = ''] = /^[a-z][a-z0-9+.-]*:\/\/([^:/]*|\[[^\]]*\])(:.*)?$/i.exec(pattern) ?? [];
  if (!/^(?::(?:\d{1,5}|\*))?$/.test(port)) return false;
  const star = host.indexOf('*');
  if (star === -1) return isOrigin(pattern.toLowerCase().replace(/:\*$/, ''));
  const behind = host.slice(star + 1);
  return /^[a-z0-9-]*(?:\.[a-z0-9-]+){2,}$/i.test(behind) && /^(?:[a-z0-9-]+\.)*[a-z0-9-]*$/i.test(host.slice(0, star));
}

/**
 * @param patterns those that are none are passed over
 * @param options.wildcard what a `*` in a host stands for: one label, or any number of them
 */
export function originRule(
  patterns: readonly string[],
  { wildcard }: { readonly wildcard: 'label' | 'labels' },
): OriginRule {
  const good = patterns.filter(isOriginPattern).map((pattern) => pattern.toLowerCase());
  const exact = new Set(good.filter((pattern) => !pattern.includes('*')));
  const open = good.filter((pattern) => pattern === '*' || pattern.endsWith('://*'));
  const wild = good
    .filter((pattern) => pattern.includes('*') && !open.includes(pattern))
    .map((pattern) => asExpression(pattern, wildcard));
  return {
    of(origin) {
      if (!isOrigin(origin)) return 'refused';
      if (exact.has(origin) || wild.some((expression) => expression.test(origin))) return 'listed';
      const anyone = open.some((pattern) => pattern === '*' || origin.startsWith(pattern.slice(0, -1)));
      return anyone ? 'anyone' : 'refused';
    },
  };
}

function asExpression(pattern: string, wildcard: 'label' | 'labels'): RegExp {
  const [, base = '', port = ''] = /^(.*?)(:(?:\d+|\*))?$/.exec(pattern) ?? [];
  const label = '[a-z0-9-]+';
  const host = base.split('*').map((text) => text.replace(/[.+[\]]/g, '\\$&'));
  const star = wildcard === 'label' ? label : `${label}(?:\\.${label})*`;
  return new RegExp(`^${host.join(star)}${port === ':*' ? '(?::\\d{1,5})?' : port}$`);
}
