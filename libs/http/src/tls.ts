// TLS of a listener: where its certificate comes from, and a new one taken up when the files change, without a restart
// (hydra-wire §10.6; RFC 9325 §3.1: nothing below TLS 1.2).
import type { Config } from '@cardea/service';
import { ConfigError } from '@cardea/service';
import { readFileSync, statSync } from 'node:fs';
import type { Server } from 'node:https';
import { createSecureContext } from 'node:tls';
import { selfSigned } from './self-signed.js';

type Settings = Config['serve']['tls'];

interface Pair {
  readonly cert: string | Buffer;
  readonly key: string | Buffer;
}

/** How a listener speaks TLS. */
export interface ListenerTls {
  readonly options: Pair & { readonly minVersion: 'TLSv1.2' };
  /** Takes up what the files say from now on; ends with the function it returns. */
  renew(server: Server, log: { warn(fields: object, message: string): void }): () => void;
}

const watchMillis = 5_000;

/** What was said for one listener goes before what was said for both. */
function settingsOf(serve: Config['serve'], side: 'public' | 'admin'): Settings & { readonly at: string } {
  const own = serve[side].tls;
  const said = [own.cert.path, own.cert.base64, own.key.path, own.key.base64].some((value) => value !== undefined);
  const { cert, key } = said ? own : serve.tls;
  return { ...own, enabled: own.enabled ?? serve.tls.enabled, cert, key, at: said ? `serve.${side}.tls` : 'serve.tls' };
}

/**
 * @param options.mayMakeUp without a certificate, one is made up; else that is an error
 * @returns undefined for a listener that speaks plain HTTP
 * @throws {ConfigError} naming the setting
 */
export function listenerTls(
  serve: Config['serve'],
  side: 'public' | 'admin',
  options: { readonly mayMakeUp: boolean; readonly now: () => number; readonly watchMillis?: number },
): ListenerTls | undefined {
  const { enabled, cert, key, at } = settingsOf(serve, side);
  if (enabled !== true) return undefined;
  const files = [cert.path, key.path].filter((file) => file !== undefined);
  const read = () => pairOf(cert, key, at) ?? madeUp(at, options);
  const pair = read();
  return {
    options: { ...pair, minVersion: 'TLSv1.2' },
    renew(server, log) {
      if (files.length === 0) return () => undefined;
      let seen = fingerprint(files);
      const look = (): void => {
        try {
          const current = fingerprint(files);
          if (current === seen) return;
          server.setSecureContext({ ...read(), minVersion: 'TLSv1.2' });
          seen = current;
        } catch (error) {
          // Half-written files: what works stays, and the next look may find them whole.
          log.warn({ err: (error as Error).message }, 'a new TLS certificate could not be taken up');
        }
      };
      const timer = setInterval(look, options.watchMillis ?? watchMillis);
      timer.unref();
      return () => clearInterval(timer);
    },
  };
}

function pairOf(cert: Settings['cert'], key: Settings['key'], at: string): Pair | undefined {
  const of = (half: Settings['cert'], name: string) => {
    if (half.path !== undefined && half.base64 !== undefined)
      throw new ConfigError(`${at}.${name} has both a path and a base64 content`);
    if (half.base64 !== undefined) return Buffer.from(half.base64, 'base64');
    try {
      return half.path === undefined ? undefined : readFileSync(half.path);
    } catch (error) {
      throw new ConfigError(`${at}.${name}.path: ${(error as Error).message}`);
    }
  };
  const pair = { cert: of(cert, 'cert'), key: of(key, 'key') };
  if (pair.cert === undefined && pair.key === undefined) return undefined;
  if (pair.cert === undefined || pair.key === undefined) throw new ConfigError(`${at} needs cert and key together`);
  try {
    createSecureContext(pair);
  } catch (error) {
    throw new ConfigError(`${at}: certificate and key do not make a pair (${(error as Error).message})`);
  }
  return { cert: pair.cert, key: pair.key };
}

function madeUp(at: string, { mayMakeUp, now }: { readonly mayMakeUp: boolean; readonly now: () => number }): Pair {
  if (mayMakeUp) return selfSigned(now());
  throw new ConfigError(`${at} is enabled without a certificate: set ${at}.cert and ${at}.key`);
}

/** Changes when a file does, also by a swapped symbolic link. */
function fingerprint(files: readonly string[]): string {
  return files
    .map((file) => statSync(file))
    .map(({ ino, size, mtimeMs }) => `${String(ino)} ${String(size)} ${String(mtimeMs)}`)
    .join(' ');
}
