// URL globs of `clients.http.private_ip_exception_urls`, as Hydra reads them: `*` stops at dots and slashes, `**` does not.

/** @returns whether a URL, as the URL parser spells it, matches one of the globs */
export function urlMatcher(globs: readonly string[]): (url: string) => boolean {
  const patterns = globs.map(
    (glob) =>
      new RegExp(
        `^${glob
          .split(/(\*\*?|\?)/)
          .map(translated)
          .join('')}$`,
      ),
  );
  return (url) => patterns.some((pattern) => pattern.test(url));
}

function translated(part: string): string {
  switch (part) {
    case '**':
      return '.*';
    case '*':
      return '[^./]*';
    case '?':
      return '[^./]';
    default:
      return part.replace(/[.+^${}()|[\]\\/]/g, '\\$&');
  }
}
