// Keeps the discovery document and the JWKS as finished bytes: fetched from the token service every few seconds, served
// from memory even while it is away (ARCHITECTURE §9.9, performance rule 13).
import { OAuthError } from '@cardea/oauth';
import { createHash } from 'node:crypto';

/** A document ready to be served. */
export interface PublicDocument {
  readonly body: Buffer;
  /** Strong: equal bytes, equal tag. */
  readonly etag: string;
}

export interface Documents {
  /** @throws {OAuthError} temporarily_unavailable until the first fetch has succeeded */
  current(): PublicDocument;
  /** Whether `current` has something to give. */
  fetched(): boolean;
  /** Fetches now; what cannot be fetched stays as it is. */
  refresh(): Promise<void>;
  stop(): void;
}

/**
 * @param options.fetch gives the bytes to serve
 * @param options.intervalMillis between fetches; a tenth of it while nothing has been fetched yet
 * @param options.failed told of a failed fetch, once until one succeeds again
 */
export function createDocument(options: {
  readonly fetch: () => Promise<Buffer>;
  readonly intervalMillis: number;
  readonly failed: (error: unknown) => void;
}): Documents {
  let document: PublicDocument | undefined;
  let failing = false;
  let timer: NodeJS.Timeout | undefined;
  let stopped = false;

  const refresh = async (): Promise<void> => {
    try {
      const body = await options.fetch();
      failing = false;
      if (document !== undefined && body.equals(document.body)) return;
      document = { body: Buffer.from(body), etag: `"${createHash('sha256').update(body).digest('base64url')}"` };
    } catch (error) {
      if (!failing) options.failed(error);
      failing = true;
    }
  };
  const loop = async (): Promise<void> => {
    await refresh();
    if (stopped) return;
    timer = setTimeout(
      () => void loop(),
      document === undefined ? options.intervalMillis / 10 : options.intervalMillis,
    );
    timer.unref();
  };
  void loop();

  return {
    current() {
      if (document === undefined) throw new OAuthError('temporarily_unavailable');
      return document;
    },
    fetched: () => document !== undefined,
    refresh,
    stop() {
      stopped = true;
      clearTimeout(timer);
    },
  };
}
