// What somebody has in hand: a URL, an error, an error id, a token or a challenge. Only its look is asked, nobody else.
import { rowOf } from '@cardea/oauth';

export type Thing =
  | { readonly kind: 'authorization request'; readonly url: URL }
  | { readonly kind: 'authorization response'; readonly url: URL; readonly parameters: URLSearchParams }
  | { readonly kind: 'challenge'; readonly challenge: string; readonly of: Interaction | undefined }
  | {
      readonly kind: 'error';
      readonly code: string;
      readonly said?: string | undefined;
      readonly id?: string | undefined;
    }
  | { readonly kind: 'error id'; readonly id: string }
  | { readonly kind: 'JWT'; readonly token: string }
  | { readonly kind: 'token'; readonly token: string; readonly of: string }
  | { readonly kind: 'log line'; readonly line: Readonly<Record<string, unknown>> }
  | { readonly kind: 'nothing known' };

export const interactions = ['login', 'consent', 'logout', 'device'] as const;
export type Interaction = (typeof interactions)[number];

const handles: Readonly<Record<string, string>> = {
  at: 'access token',
  rt: 'refresh token',
  ac: 'authorization code',
  dc: 'device code',
};

export function recognise(text: string): Thing {
  const word = text.trim();
  if (/^[a-z][a-z0-9+.-]*:\/\//i.test(word) && URL.canParse(word)) return ofUrl(new URL(word));
  if (word.startsWith('{')) return ofJson(word);
  if (rowOf(word) !== undefined) return { kind: 'error', code: word };
  // Of a service by itself, or of a request: where it began, and a count in base 36 (libs/http/src/app.ts).
  if (/^[0-9a-f]{16}$|^[0-9a-f]{12}[0-9a-z]{4,8}$/.test(word)) return { kind: 'error id', id: word };
  if (/^[\w-]+\.[\w-]+\.[\w-]*$/.test(word) && word.startsWith('ey')) return { kind: 'JWT', token: word };
  const tag = /^[a-z][a-z0-9]*_(at|rt|ac|dc)_[\w-]+\.[\w-]+$/.exec(word)?.[1];
  if (tag !== undefined) return { kind: 'token', token: word, of: handles[tag] ?? 'token' };
  if (/^[\w.~-]{30,}$/.test(word)) return { kind: 'challenge', challenge: word, of: undefined };
  return { kind: 'nothing known' };
}

function ofUrl(url: URL): Thing {
  for (const of of interactions) {
    const challenge = url.searchParams.get(`${of}_challenge`);
    if (challenge !== null) return { kind: 'challenge', challenge, of };
  }
  // The error page, by which `error_uri` tells the developer of a client of it.
  if (url.searchParams.has('error_id')) return ofError(Object.fromEntries(url.searchParams));
  if (url.searchParams.has('response_type') || url.pathname.endsWith('/oauth2/auth')) {
    return { kind: 'authorization request', url };
  }
  const parameters = url.hash.includes('=') ? new URLSearchParams(url.hash.slice(1)) : url.searchParams;
  const known = ['error', 'code', 'access_token', 'id_token'].some((name) => parameters.has(name));
  return known ? { kind: 'authorization response', url, parameters } : { kind: 'nothing known' };
}

function ofError(members: Readonly<Record<string, unknown>>): Thing {
  const [code, said, id] = ['error', 'error_description', 'error_id'].map((name) => {
    const value = members[name];
    return typeof value === 'string' ? value : undefined;
  });
  if (code !== undefined) return { kind: 'error', code, said, id };
  return id === undefined ? { kind: 'nothing known' } : { kind: 'error id', id };
}

/** An error answer, or a line of a log. */
function ofJson(text: string): Thing {
  try {
    const line = JSON.parse(text) as Record<string, unknown>;
    if ('level' in line || 'msg' in line) return { kind: 'log line', line };
    if (typeof line['error'] === 'string') return ofError(line);
  } catch {
    // Not JSON after all.
  }
  return { kind: 'nothing known' };
}
