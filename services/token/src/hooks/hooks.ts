// Asks the operator's hooks what tokens are to say, after a grant was decided and before anything is issued or used up
// (hydra-wire §4.7).
import type { Authorization } from '@cardea/oauth';
import { lifetimesOf, OAuthError } from '@cardea/oauth';
import type { Issue } from '../issue.js';
import type { Outbound } from '../outbound/index.js';
import { OutboundError } from '../outbound/index.js';
import type { ClaimSettings, HookSettings, TokenSettings } from '../settings.js';
import type { HookOccasion } from './payload.js';
import { refreshHookPayload, tokenHookPayload } from './payload.js';
import type { Merging } from './reply.js';
import { merged, readHookReply } from './reply.js';

const limits = { maxBytes: 256 * 1024, timeoutMillis: 5_000, retries: 2, trust: 'operator' } as const;

/** Puts the hooks before an issuer; without hooks it is the issuer itself. */
export function withHooks(
  issue: Issue,
  options: {
    settings: Pick<TokenSettings, 'hooks' | 'claims' | 'lifetimes' | 'hydraCompat'>;
    outbound: Pick<Outbound, 'post'>;
  },
): Issue {
  const { hooks, claims, lifetimes, hydraCompat } = options.settings;
  if (hooks.token === undefined && hooks.refresh === undefined) return issue;

  const merging = (grantType: string): Merging =>
    !hydraCompat ? 'each' : grantType === 'authorization_code' ? 'under' : 'all';

  const ask = async (
    hook: HookSettings | undefined,
    payload: (occasion: HookOccasion, settings: ClaimSettings) => object,
    occasion: HookOccasion,
  ): Promise<Authorization> => {
    if (hook === undefined) return occasion.authorization;
    const answer = await options.outbound
      .post(hook.url, {
        ...limits,
        purpose: 'token hook',
        headers: credentials(hook),
        contentType: 'application/json; charset=UTF-8',
        body: JSON.stringify(payload(occasion, claims)),
      })
      .catch((cause: unknown) => {
        if (cause instanceof OutboundError) throw new OAuthError('server_error', 'The token hook failed.', { cause });
        throw cause;
      });
    const reply = readHookReply(answer.status, answer.body);
    if (reply === undefined) return occasion.authorization;
    return merged(occasion.authorization, reply, merging(occasion.grantType));
  };

  return async (call, grantType, decision) => {
    const { client, now, parameters } = call;
    const { access, refresh } = lifetimesOf(grantType, client.lifespans, lifetimes);
    const at = (millis: number) => Math.floor((now + millis) / 1000);
    const expiresAt = {
      access: at(access),
      refresh: decision.refresh === undefined || refresh === Infinity ? undefined : at(refresh),
    };
    const occasion = { grantType, parameters, expiresAt, authorization: decision.authorization };
    const refreshed =
      grantType === 'refresh_token' ? await ask(hooks.refresh, refreshHookPayload, occasion) : occasion.authorization;
    const authorization = await ask(hooks.token, tokenHookPayload, { ...occasion, authorization: refreshed });
    const { accessTokenClaims, idTokenClaims } = authorization;
    const kept = decision.refresh && { ...decision.refresh, accessTokenClaims, idTokenClaims };
    return issue(call, grantType, { ...decision, authorization, refresh: kept });
  };
}

function credentials({ auth }: HookSettings): Record<string, string> {
  if (auth === undefined) return {};
  const { in: place, name, value } = auth.config;
  return place === 'cookie' ? { Cookie: `${name}=${value}` } : { [name]: value };
}
