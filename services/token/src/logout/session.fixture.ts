// People who log in at several clients with one browser, and log out: a token service with all its rooms, for tests.
import type { clientV1, Handlers, sessionV1, tokenV1 } from '@cardea/rpc';
import { interactionV1 } from '@cardea/rpc';
import { randomBytes } from 'node:crypto';
import { authorize } from '../authorize/authorize.js';
import type { CookieToSet } from '../authorize/cookies.js';
import type { AuthorizationSettings } from '../authorize/context.js';
import { createAuthorizationContext } from '../authorize/create-context.js';
import { settings } from '../authorize/installation.fixture.js';
import { createClientKeys } from '../client-keys.js';
import { needed } from '../database.fixture.js';
import { createDescribeConsent } from '../describe-consent.js';
import type { EndSessionOutcome } from '../end-session.js';
import { endSession } from '../end-session.js';
import { createInteractionHandlers } from '../rpc/interaction.js';
import { createSessionHandlers } from '../rpc/session.js';
import { createConsents } from '../storage/consents.js';
import type { DeliveryRow, LogoutDeliveries } from '../storage/logout-deliveries.js';
import { createLogoutDeliveries } from '../storage/logout-deliveries.js';
import type { TokenService } from '../tokens.fixture.js';
import { call, clientSettings, createTokenService, secrets } from '../tokens.fixture.js';
import { quietStream } from '../event-stream/stream.fixture.js';

export type Cookies = Map<string, string>;

export interface Login {
  readonly clientId?: string;
  readonly subject?: string;
  /** Further parameters of the request. */
  readonly parameters?: Record<string, string>;
  readonly answer?: Partial<interactionV1.AcceptLoginRequestRequest>;
  readonly consent?: Partial<interactionV1.AcceptConsentRequestRequest>;
}

const verifierOf = (url: string) => [...new URL(url).searchParams].map(([name, value]) => ({ name, value }));

export interface SessionsService extends Omit<TokenService, 'client'> {
  readonly app: ReturnType<typeof createInteractionHandlers>;
  readonly admin: Handlers<typeof sessionV1.SessionServiceService>;
  readonly deliveries: LogoutDeliveries;
  /** Follows a link to the authorization endpoint, and says the parameters of where it led. */
  open(jar: Cookies, url: string): Promise<URLSearchParams>;
  client(clientId: string, more?: Partial<clientV1.Client>): Promise<unknown>;
  /** A whole flow, from the request to the code. */
  logIn(jar: Cookies, login?: Login): Promise<{ sessionId: string; grantId: string; code: string }>;
  redeem(clientId: string, code: string): Promise<tokenV1.IssueTokenResponse>;
  logOut(jar: Cookies, asked?: Record<string, string>): Promise<EndSessionOutcome>;
  /** Says yes on the logout page, and where that leads: the parameters of the second leg. */
  confirm(location: string, revokeTokens?: boolean): Promise<Record<string, string>>;
  /** Notifications of a session, oldest first. */
  owed(sessionId: string): Promise<DeliveryRow[]>;
  sessionExists(id: string): Promise<boolean>;
}

export async function createSessions(
  options: { settings?: Partial<AuthorizationSettings> } = {},
): Promise<SessionsService> {
  const it = await createTokenService({
    redisUrl: needed('CARDEA_TEST_REDIS_URL'),
    clientSettings: { metadata: { ...clientSettings.metadata, subjectTypes: ['public', 'pairwise'] } },
  });
  const { clock, rooms, outbound, resolver } = it;
  const now = () => clock.millis;
  const context = createAuthorizationContext({
    database: it.database.pool,
    handles: it.handles,
    clients: resolver,
    clientKeys: createClientKeys({ outbound, now }),
    outbound,
    issueFront: rooms.issueFront,
    issuedTokens: rooms.issuedTokens,
    events: rooms.events,
    stream: quietStream,
    device: it.device,
    secrets,
    publicKeys: () => it.publicKeys.all(),
    settings: { ...settings, ...options.settings },
    clock: { now },
    random: randomBytes,
  });
  const app = createInteractionHandlers(context);
  const deliveries: LogoutDeliveries = createLogoutDeliveries(it.database.pool);
  const { families, pageTokens, events } = rooms;
  const admin: Handlers<typeof sessionV1.SessionServiceService> = createSessionHandlers({
    consents: createConsents(it.database.pool),
    describeConsent: createDescribeConsent(context),
    families,
    endSessions: context.endSessions,
    issuedTokens: rooms.issuedTokens,
    deliveries,
    pageTokens,
    events,
    now,
  });

  const keep = (jar: Cookies, cookies: readonly CookieToSet[]): void => {
    for (const { name, value, maxAgeSeconds } of cookies) {
      if (maxAgeSeconds < 0) jar.delete(name);
      else jar.set(name, value);
    }
  };
  const sent = (jar: Cookies) => [...jar].map(([name, value]) => ({ name, value }));
  const open = async (jar: Cookies, url: string): Promise<URLSearchParams> => {
    const { next, cookies } = await authorize(context, { parameters: verifierOf(url), cookies: sent(jar) });
    keep(jar, cookies);
    return next.kind === 'interaction'
      ? new URL(next.location).searchParams
      : new URLSearchParams(next.response.parameters.map(({ name, value }) => [name, value] as [string, string]));
  };

  return {
    ...it,
    app,
    admin,
    deliveries,
    open,
    client: (clientId, more = {}) =>
      it.client({ clientId, postLogoutRedirectUris: ['https://app.example/bye'], ...more }, 'a-secret-of-clients'),
    async logIn(jar, { clientId = 'app', subject = 'ann', parameters, answer, consent } = {}) {
      const query = new URLSearchParams({
        client_id: clientId,
        redirect_uri: 'https://app.example/cb',
        response_type: 'code',
        scope: 'openid offline',
        state: 'a-state-of-8',
        ...parameters,
      });
      const challenge =
        (await open(jar, `https://as.test/oauth2/auth?${query.toString()}`)).get('login_challenge') ?? '';
      const { sessionId } = await app.getLoginRequest({ challenge }, call);
      const accepted = interactionV1.AcceptLoginRequestRequest.create({
        challenge,
        subject,
        remember: true,
        ...answer,
      });
      const back = await open(jar, (await app.acceptLoginRequest(accepted, call)).redirectTo);
      const consentChallenge = back.get('consent_challenge') ?? '';
      const { consentRequestId } = await app.getConsentRequest({ challenge: consentChallenge }, call);
      const given = interactionV1.AcceptConsentRequestRequest.create({
        challenge: consentChallenge,
        grantedScopes: ['openid', 'offline'],
        ...consent,
      });
      const end = await open(jar, (await app.acceptConsentRequest(given, call)).redirectTo);
      return { sessionId, grantId: consentRequestId, code: end.get('code') ?? '' };
    },
    redeem: (clientId, code) =>
      it.token(
        { grant_type: 'authorization_code', code, redirect_uri: 'https://app.example/cb' },
        it.basic(clientId, 'a-secret-of-clients'),
      ),
    async logOut(jar, asked = {}) {
      const parameters = Object.entries(asked).map(([name, value]) => ({ name, value }));
      const outcome = await endSession(context, { parameters, cookies: sent(jar) });
      keep(jar, outcome.cookies);
      return outcome;
    },
    async confirm(location, revokeTokens) {
      const challenge = new URL(location).searchParams.get('logout_challenge') ?? '';
      const { redirectTo } = await app.acceptLogoutRequest({ challenge, revokeTokens }, call);
      return Object.fromEntries(new URL(redirectTo).searchParams);
    },
    async owed(sessionId) {
      const all = await deliveries.list({ clientId: '', state: undefined, before: '', limit: 500 });
      return all.filter((row) => row.sessionId === sessionId).reverse();
    },
    async sessionExists(id) {
      return (await it.database.pool.query('SELECT 1 FROM cardea.login_session WHERE id = $1', [id])).rowCount === 1;
    },
  };
}
