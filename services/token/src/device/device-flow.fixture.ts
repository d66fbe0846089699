// A device, a person with a browser, and the apps between them, for tests: real PostgreSQL, real seals, handles and tokens.
import type { Handlers, tokenV1 } from '@cardea/rpc';
import { authorizationV1, interactionV1 } from '@cardea/rpc';
import { randomBytes } from 'node:crypto';
import type { AuthorizationContext, AuthorizationSettings } from '../authorize/context.js';
import { createAuthorizationContext } from '../authorize/create-context.js';
import { settings } from '../authorize/installation.fixture.js';
import { createClientKeys } from '../client-keys.js';
import { createAuthorizationHandlers } from '../rpc/authorization.js';
import { createInteractionHandlers } from '../rpc/interaction.js';
import type { Form, TokenService } from '../tokens.fixture.js';
import { call, createTokenService, secrets as defaultSecrets } from '../tokens.fixture.js';
import { quietStream } from '../event-stream/stream.fixture.js';

export const grantType = 'urn:ietf:params:oauth:grant-type:device_code';

/** A browser: keeps cookies as the gateway would have set them, and answers where it was sent. */
export interface Browser {
  readonly cookies: Map<string, string>;
  open(url: string): Promise<string>;
}

type LoginAnswer = Partial<interactionV1.AcceptLoginRequestRequest>;

export interface DeviceFlowService extends TokenService {
  readonly context: AuthorizationContext;
  readonly app: Handlers<typeof interactionV1.InteractionServiceService>;
  browser(address?: string): Browser;
  begin(form: Form, header?: string, address?: string): Promise<authorizationV1.AuthorizeDeviceResponse>;
  /** Answers a device_challenge; where the browser goes on. */
  accept(challenge: string, userCode: string): Promise<string>;
  /** Up to the login app: its challenge. */
  toLogin(person: Browser, userCode: string): Promise<string>;
  acceptLogin(challenge: string, more?: LoginAnswer): Promise<string>;
  /** Up to the consent app: its challenge. */
  toConsent(person: Browser, userCode: string, login?: LoginAnswer): Promise<string>;
  acceptConsent(challenge: string, grantedScopes: string[], remember?: boolean): Promise<string>;
  poll(deviceCode: string, clientId: string): Promise<tokenV1.IssueTokenResponse>;
  /** Everything, to the page that says "done". */
  approve(person: Browser, userCode: string, grantedScopes?: string[]): Promise<string>;
  count(table: string): Promise<number>;
}

/** The query of a URL that a browser was sent to. */
export const queryOf = (url: string) => new URL(url).searchParams;

export async function createDeviceFlow(
  options: Parameters<typeof createTokenService>[0] & { authorization?: Partial<AuthorizationSettings> } = {},
): Promise<DeviceFlowService> {
  const it: TokenService = await createTokenService(options);
  const { clock } = it;
  const context = createAuthorizationContext({
    database: it.database.pool,
    handles: it.handles,
    clients: it.resolver,
    clientKeys: createClientKeys({ outbound: it.outbound, now: () => clock.millis }),
    outbound: it.outbound,
    issueFront: it.rooms.issueFront,
    issuedTokens: it.rooms.issuedTokens,
    events: it.rooms.events,
    stream: quietStream,
    device: it.device,
    secrets: options.secrets ?? defaultSecrets,
    publicKeys: () => it.publicKeys.all(),
    settings: { ...settings, ...options.authorization },
    clock: { now: () => clock.millis },
    random: randomBytes,
  });
  const authorization = createAuthorizationHandlers(context, it.rooms.authorizeDevice);
  const app: Handlers<typeof interactionV1.InteractionServiceService> = createInteractionHandlers(context);
  const list = (form: Iterable<readonly [string, string]>) => [...form].map(([name, value]) => ({ name, value }));

  const browser = (address = '81.2.69.142'): Browser => {
    const cookies = new Map<string, string>();
    return {
      cookies,
      async open(url: string): Promise<string> {
        const request = authorizationV1.VerifyUserCodeRequest.create({
          parameters: list(queryOf(url)),
          cookies: list(cookies),
          clientAddress: address,
        });
        const { location, setCookies } = await authorization.verifyUserCode(request, call);
        for (const { name, value, maxAgeSeconds } of setCookies) {
          if (maxAgeSeconds < 0) cookies.delete(name);
          else cookies.set(name, value);
        }
        return location;
      },
    };
  };

  const begin = (form: Form, header = '', clientAddress = '') =>
    authorization.authorizeDevice(
      { authorization: header, parameters: list(Object.entries(form)), requestId: '', clientAddress },
      call,
    );
  const accept = async (challenge: string, userCode: string) =>
    (await app.acceptUserCode({ challenge, userCode }, call)).redirectTo;
  const toLogin = async (person: Browser, userCode: string) => {
    const page = await person.open('https://as.test/oauth2/device/verify');
    const back = await accept(queryOf(page).get('device_challenge') ?? '', userCode);
    return queryOf(await person.open(back)).get('login_challenge') ?? '';
  };
  const acceptLogin = async (challenge: string, more: LoginAnswer = {}) =>
    (
      await app.acceptLoginRequest(
        interactionV1.AcceptLoginRequestRequest.create({ challenge, subject: 'ann', ...more }),
        call,
      )
    ).redirectTo;
  const toConsent = async (person: Browser, userCode: string, login: LoginAnswer = {}) => {
    const back = await acceptLogin(await toLogin(person, userCode), login);
    return queryOf(await person.open(back)).get('consent_challenge') ?? '';
  };
  const acceptConsent = async (challenge: string, grantedScopes: string[], remember = false) =>
    (
      await app.acceptConsentRequest(
        interactionV1.AcceptConsentRequestRequest.create({ challenge, grantedScopes, remember }),
        call,
      )
    ).redirectTo;

  return {
    ...it,
    context,
    app,
    browser,
    begin,
    accept,
    toLogin,
    acceptLogin,
    toConsent,
    acceptConsent,
    poll: (deviceCode: string, clientId: string) =>
      it.token({ grant_type: grantType, device_code: deviceCode, client_id: clientId }),
    async approve(person: Browser, userCode: string, grantedScopes = ['openid']) {
      return person.open(await acceptConsent(await toConsent(person, userCode), grantedScopes));
    },
    async count(table: string) {
      return Number((await it.database.pool.query(`SELECT count(*) AS n FROM cardea.${table}`)).rows[0].n);
    },
  };
}
