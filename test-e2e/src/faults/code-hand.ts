// Gets an authorization code as a browser, a login app and a consent app would, each hop a question that may be refused.
import type { CodeInHand } from './operations.js';
import { newSubject } from './operations.js';
import type { Client, WorkingMemory } from './memory.js';
import type { Place, Reply, Transport } from './transport.js';

/** Where no relying party listens. */
export const callback = 'http://127.0.0.1:9/callback';

type Doors = { readonly gateways: () => readonly Place[]; readonly admin: Place };

/** @returns undefined when a hop was refused or lost */
export async function askForCode(
  memory: WorkingMemory,
  ask: Transport,
  { gateways, admin }: Doors,
  client: Client,
): Promise<CodeInHand | undefined> {
  const cookies = new Map<string, string>();
  const subject = newSubject();
  const hop = async (target: string): Promise<string | undefined> => {
    const cookie = [...cookies].map(([name, value]) => `${name}=${value}`).join('; ');
    const { pathname, search } = new URL(target);
    const reply = await ask(gateways(), {
      what: 'authorize',
      path: pathname + search,
      headers: cookie === '' ? {} : { cookie },
      expected: [302, 303],
    });
    for (const line of reply.headers.getSetCookie()) {
      const [pair = ''] = line.split(';');
      cookies.set(pair.slice(0, pair.indexOf('=')), pair.slice(pair.indexOf('=') + 1));
    }
    return reply.headers.get('location') ?? undefined;
  };
  const answer = async (kind: 'login' | 'consent', challenge: string): Promise<string | undefined> => {
    const scopes = ['openid', 'offline'];
    const json = kind === 'login' ? { subject, remember: true } : { grant_scope: scopes, remember: false, session: {} };
    const reply: Reply = await ask([admin], {
      what: kind,
      method: 'PUT',
      path: `/admin/oauth2/auth/requests/${kind}/accept?${kind}_challenge=${encodeURIComponent(challenge)}`,
      json,
      // Gone: it was accepted, and the answer to that was lost.
      expected: [200, 410],
    });
    const { redirect_to: next } = reply.body;
    return reply.status === 200 && typeof next === 'string' ? next : undefined;
  };

  const query = new URLSearchParams({
    client_id: client.id,
    response_type: 'code',
    redirect_uri: callback,
    scope: 'openid offline',
    state: 'state-of-length',
  });
  let at: string | undefined = `http://gateway/oauth2/auth?${query.toString()}`;
  for (let hops = 0; hops < 8 && at !== undefined; hops++) {
    const { searchParams } = new URL(at);
    const code = searchParams.get('code');
    if (code !== null) {
      const family = memory.family(subject, client);
      return { code, callback, client, family, once: memory.once('code', family), presented: 0 };
    }
    const login = searchParams.get('login_challenge');
    const consent = searchParams.get('consent_challenge');
    if (searchParams.has('error')) return undefined;
    if (login !== null) at = await answer('login', login);
    else if (consent !== null) at = await answer('consent', consent);
    else at = await hop(at);
  }
  return undefined;
}
