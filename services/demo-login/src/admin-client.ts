// Speaks to the provider's admin API as any login app would: plain fetch, one request at a time, answers sorted by what to do next.

/** What the admin API says about a client; only what a page shows. */
export interface ClientOnWire {
  readonly client_id: string;
  readonly client_name?: string;
  readonly client_uri?: string;
  readonly logo_uri?: string;
  readonly policy_uri?: string;
  readonly tos_uri?: string;
  readonly redirect_uris?: readonly string[] | null;
  readonly post_logout_redirect_uris?: readonly string[] | null;
  readonly skip_consent?: boolean;
  readonly skip_logout_consent?: boolean;
}

/** What the application wishes of the pages. */
interface OidcContext {
  readonly login_hint?: string;
  readonly ui_locales?: readonly string[] | null;
  readonly id_token_hint_claims?: { readonly sub?: string } | null;
}

export interface LoginRequest {
  readonly skip: boolean;
  readonly subject: string;
  readonly client: ClientOnWire;
  readonly requested_scope: readonly string[] | null;
  readonly oidc_context?: OidcContext | null;
}

export interface ConsentRequest {
  readonly skip: boolean;
  readonly subject: string;
  readonly client: ClientOnWire;
  readonly request_url: string;
  readonly requested_scope: readonly string[] | null;
  readonly requested_access_token_audience: readonly string[] | null;
  readonly oidc_context?: OidcContext | null;
}

export interface LogoutRequest {
  readonly subject: string;
  readonly request_url: string;
  readonly rp_initiated: boolean;
  readonly client: ClientOnWire | null;
}

interface Requests {
  readonly login: LoginRequest;
  readonly consent: ConsentRequest;
  readonly logout: LogoutRequest;
}

/** Which of the conversations a challenge belongs to. */
export type Interaction = keyof Requests | 'device';

/** Something else than the wanted answer. */
export type Trouble =
  /** 410: somebody answered this challenge already; the browser goes on there. */
  | { readonly kind: 'handled'; readonly redirectTo: string }
  /** 404 or 401: the challenge is unknown or too old. */
  | { readonly kind: 'expired' }
  /** 400 and the like: the provider refuses what we sent. */
  | { readonly kind: 'refused'; readonly error: string; readonly description: string; readonly errorId?: string }
  /** 429: too many answers were wrong. */
  | { readonly kind: 'limited' }
  /** Nobody there, 5xx, or no answer in time. */
  | { readonly kind: 'unavailable'; readonly reason: string; readonly errorId?: string };

export type Outcome<T> = { readonly kind: 'ok'; readonly value: T } | Trouble;

/** The admin API, as far as a login app needs it. */
export interface AdminClient {
  /** What is wanted; a device's page has nothing to ask before somebody has typed a code. */
  get<I extends keyof Requests>(interaction: I, challenge: string): Promise<Outcome<Requests[I]>>;
  /** Accepts or rejects; the value says where the browser goes on, undefined after a rejected logout (204). */
  answer(
    interaction: Interaction,
    challenge: string,
    verdict: 'accept' | 'reject',
    body: Readonly<Record<string, unknown>>,
  ): Promise<Outcome<string | undefined>>;
}

function textIn(body: unknown, name: string): string | undefined {
  const value = typeof body === 'object' && body !== null ? (body as Record<string, unknown>)[name] : undefined;
  return typeof value === 'string' ? value : undefined;
}

/** Sorts an answer by its status (Hydra's wire, §2.3-2.5). */
export function sortAnswer(status: number, body: unknown): Outcome<unknown> {
  if (status >= 200 && status < 300) return { kind: 'ok', value: body };
  const redirectTo = textIn(body, 'redirect_to');
  if (status === 410 && redirectTo !== undefined) return { kind: 'handled', redirectTo };
  if (status === 404 || status === 401 || status === 410) return { kind: 'expired' };
  const error = textIn(body, 'error') ?? `status ${String(status)}`;
  const description = textIn(body, 'error_description') ?? '';
  const errorId = textIn(body, 'error_id');
  const id = errorId === undefined ? {} : { errorId };
  if (status === 429) return { kind: 'limited' };
  if (status >= 500) return { kind: 'unavailable', reason: `${error}. ${description}`.trim(), ...id };
  return { kind: 'refused', error, description, ...id };
}

/**
 * @param options.key an API key, where the admin API wants one
 * @param options.timeoutMillis how long one call may take before the provider counts as away
 */
export function createAdminClient(
  adminUrl: string,
  { key, timeoutMillis = 10_000 }: { readonly key?: string | undefined; readonly timeoutMillis?: number } = {},
): AdminClient {
  const proof: Record<string, string> = key === undefined ? {} : { authorization: `Bearer ${key}` };
  const base = `${adminUrl.replace(/\/+$/, '')}/admin/oauth2/auth/requests`;

  async function call(path: string, init: RequestInit): Promise<Outcome<unknown>> {
    try {
      const headers = { ...proof, ...(init.body !== undefined && { 'content-type': 'application/json' }) };
      const response = await fetch(base + path, { ...init, headers, signal: AbortSignal.timeout(timeoutMillis) });
      const text = await response.text();
      const body: unknown = text === '' ? undefined : JSON.parse(text);
      return sortAnswer(response.status, body);
    } catch (error) {
      return { kind: 'unavailable', reason: error instanceof Error ? error.message : String(error) };
    }
  }

  const query = (interaction: Interaction, challenge: string): string =>
    `?${interaction}_challenge=${encodeURIComponent(challenge)}`;

  return {
    async get<I extends keyof Requests>(interaction: I, challenge: string) {
      const outcome = await call(`/${interaction}${query(interaction, challenge)}`, {});
      return outcome as Outcome<Requests[I]>;
    },
    async answer(interaction, challenge, verdict, body) {
      const outcome = await call(`/${interaction}/${verdict}${query(interaction, challenge)}`, {
        method: 'PUT',
        body: JSON.stringify(body),
      });
      return outcome.kind === 'ok' ? { kind: 'ok', value: textIn(outcome.value, 'redirect_to') } : outcome;
    },
  };
}
