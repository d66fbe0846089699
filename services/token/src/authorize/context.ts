// What the rooms of the authorization flow share: their dependencies, and the settings they were given.
import type { AuthorizationResponse, RequestPolicy, ResponseTarget } from '@cardea/oauth';
import type { clientV1 } from '@cardea/rpc';
import type { ClientResolver } from '../client-resolver.js';
import type { DeviceRooms } from '../device/device-rooms.js';
import type { EventSettings } from '../event-stream/settings.js';
import type { Events } from '../events.js';
import type { Handles } from '../handles.js';
import type { IssueFront } from '../issue-front.js';
import type { NoteDecision } from '../interactions/record.js';
import type { Seal } from '../seal.js';
import type { Flows } from '../storage/flows.js';
import type { ForcedSubjects } from '../storage/forced-subjects.js';
import type { Grants } from '../storage/grants.js';
import type { SessionEnds } from '../storage/session-ends.js';
import type { Sessions } from '../storage/sessions.js';
import type { LoginChallenges } from './challenge.js';
import type { Cookie, CookieNames, CookieToSet } from './cookies.js';
import { readCookie } from './cookies.js';
import type { FlowBodies } from './flow-bodies.js';
import type { HintVerifier } from './hint.js';
import type { Pages } from './pages.js';
import type { ReadRequestObject, RequestObjectSettings } from './request-object.js';
import { uuidText } from './uuid.js';

/** Settings of the flow; lifetimes in seconds. */
export interface AuthorizationSettings {
  readonly issuer: string;
  /** Base of the public API, without a slash at its end. */
  readonly publicUrl: string;
  /** Where browsers find the authorization endpoint: something before us may serve it elsewhere. */
  readonly authorizationUrl: string;
  readonly pages: Pages;
  readonly interactionSeconds: number;
  readonly sessionSeconds: number;
  readonly codeSeconds: number;
  readonly policy: RequestPolicy;
  readonly requestObjects: RequestObjectSettings;
  readonly cookieNames: CookieNames;
  /** Whether relying parties may watch the login session. */
  readonly sessionManagement: boolean;
  /** Empty when no client may be pairwise. */
  readonly pairwiseSalt: string;
  /** Where sessions of the identity provider are ended; undefined when it wants none of that. */
  readonly identityProviderUrl: string | undefined;
  /** Whether answers of login and consent apps go on the audit record. */
  readonly auditsDecisions: boolean;
  /** Whether tokens end with the login session they were issued in. */
  readonly logoutRevokesTokens: boolean;
  /** The server's, where the client has none of its own. */
  readonly accessTokenStrategy: 'opaque' | 'jwt';
  readonly hydraCompat: boolean;
}

export interface AuthorizationContext {
  readonly settings: AuthorizationSettings;
  readonly clients: ClientResolver;
  readonly handles: Handles;
  readonly issueFront: IssueFront;
  readonly events: Events;
  /** Which events are wanted, and what they call a person. */
  readonly stream: Pick<EventSettings, 'wants' | 'personOf'>;
  readonly flows: Flows;
  readonly sessions: Sessions;
  readonly sessionEnds: Pick<SessionEnds, 'hasEnded'>;
  readonly grants: Grants;
  readonly forcedSubjects: ForcedSubjects;
  readonly hints: HintVerifier;
  readonly readRequestObject: ReadRequestObject;
  readonly noteDecision: NoteDecision;
  readonly challenges: LoginChallenges;
  readonly bodies: FlowBodies;
  readonly device: DeviceRooms;
  /** Seals by purpose: table names. */
  readonly seals: { readonly grant: Seal; readonly code: Seal };
  /** Milliseconds. */
  readonly clock: { now(): number };
  readonly random: (bytes: number) => Buffer;
}

/** A request that got as far as a client and a verified address. */
export interface AddressedRequest {
  readonly parameters: ReadonlyMap<string, string>;
  readonly client: clientV1.Client;
  readonly target: ResponseTarget;
  readonly cookies: readonly Cookie[];
  /** When nobody waits for the answer any more, milliseconds since the epoch. */
  readonly deadline?: number | undefined;
}

/** What the browser does next. */
export interface AuthorizeOutcome {
  readonly next:
    | { readonly kind: 'interaction'; readonly location: string }
    | { readonly kind: 'client'; readonly response: AuthorizationResponse };
  readonly cookies: readonly CookieToSet[];
}

/** Where a flow began and goes on, all parameters in the query even if they came by POST. */
export function requestUrl(
  settings: AuthorizationSettings,
  { query, device }: { readonly query: string; readonly device?: unknown },
): string {
  if (device !== undefined) return `${settings.publicUrl}/oauth2/device/verify?${query}`;
  const { authorizationUrl } = settings;
  return `${authorizationUrl}${authorizationUrl.includes('?') ? '&' : '?'}${query}`;
}

/** The session this browser's cookie names, whether or not it still exists. */
export function sessionOfBrowser(context: AuthorizationContext, cookies: readonly Cookie[]): string | undefined {
  const value = readCookie(cookies, context.settings.cookieNames.session);
  const opened = value === undefined ? undefined : context.handles.open('session', value);
  if (opened === undefined || opened.expiresAt * 1000 <= context.clock.now()) return undefined;
  return uuidText(opened.entropy);
}

/** Clears the session cookie. */
export function clearedSession(settings: AuthorizationSettings): CookieToSet {
  return { name: settings.cookieNames.session, value: '', maxAgeSeconds: -1, kind: 'session' };
}
