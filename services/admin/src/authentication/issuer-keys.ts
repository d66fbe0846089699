// The public keys of the issuer whose JWTs open the admin API: from a file or a URL, kept, and asked for again when a token
// names one that is not known, not more often than that is worth (RFC 7517 §5).
import { OAuthError } from '@cardea/oauth';
import type { Jwk } from '@cardea/oauth';
import { readFile } from 'node:fs/promises';
import { get } from 'node:http';
import { get as getTls } from 'node:https';

const freshMillis = 5 * 60_000;
const forcedEveryMillis = 10_000;
const mostBytes = 256 * 1024;
const patienceMillis = 3_000;

export interface IssuerKeys {
  /**
   * @param refresh the keys at hand did not do
   * @throws {OAuthError} temporarily_unavailable when there never were any to be had
   */
  list(refresh: boolean): Promise<readonly Jwk[]>;
}

interface PublishedKeys {
  readonly url: string;
  readonly ca: Buffer | undefined;
  /** Holds a token to show there; Kubernetes renews it under our feet. */
  readonly tokenFile: string | undefined;
}

/** @param options.now milliseconds since the epoch */
export function createIssuerKeys(options: {
  readonly source: { readonly file: string } | PublishedKeys;
  readonly now: () => number;
}): IssuerKeys {
  const { source, now } = options;
  let keys: readonly Jwk[] | undefined;
  let triedAt = -Infinity;
  let pending: Promise<void> | undefined;

  const read = async (): Promise<void> => {
    triedAt = now();
    const text = 'file' in source ? await readFile(source.file, 'utf8') : await fetchText(source);
    const document = JSON.parse(text) as { keys?: unknown };
    if (!Array.isArray(document.keys)) throw new Error('it is no JWKS');
    keys = document.keys.filter((key): key is Jwk => typeof key === 'object' && key !== null);
  };

  return {
    async list(refresh) {
      const age = now() - triedAt;
      if (keys === undefined ? age > 1_000 : age > (refresh ? forcedEveryMillis : freshMillis)) {
        pending ??= read().finally(() => (pending = undefined));
        // Keys that were good once are better than none while their publisher is away.
        await pending.catch((cause: unknown) => {
          if (keys === undefined) throw unavailable(cause);
        });
      }
      if (keys === undefined) throw unavailable();
      return keys;
    },
  };
}

const unavailable = (cause?: unknown) =>
  new OAuthError('temporarily_unavailable', 'The keys of the issuer of admin tokens cannot be had.', { cause });

/** Redirects are not followed: the operator named the place. */
async function fetchText({ url, ca, tokenFile }: PublishedKeys): Promise<string> {
  const token = tokenFile === undefined ? undefined : (await readFile(tokenFile, 'utf8')).trim();
  const headers = token === undefined ? {} : { authorization: `Bearer ${token}` };
  return new Promise((resolve, reject) => {
    const signal = AbortSignal.timeout(patienceMillis);
    const begin = url.startsWith('https:') ? getTls : get;
    const request = begin(url, { signal, headers, ...(ca === undefined ? {} : { ca }) }, (response) => {
      const chunks: Buffer[] = [];
      let size = 0;
      response.on('data', (chunk: Buffer) => {
        size += chunk.length;
        if (size > mostBytes) request.destroy(new Error('it is too large'));
        else chunks.push(chunk);
      });
      response.on('error', reject);
      response.on('end', () => {
        if (response.statusCode === 200) resolve(Buffer.concat(chunks).toString('utf8'));
        else reject(new Error(`it answers ${String(response.statusCode)}`));
      });
    });
    request.on('error', reject);
  });
}
