// What a flow remembers: sealed into the login_challenge first, into its row after the login (ARCHITECTURE §5).
import type { AuthorizationRequest, Claims } from '@cardea/oauth';
import { readAuthorizationRequest } from '@cardea/oauth';
import { ownBytes } from '../own-bytes.js';

/** A flow from its beginning; fits into a challenge. Times are seconds since the epoch. */
export interface FlowStart {
  /** 16 random bytes. */
  readonly id: Buffer;
  readonly expiresAt: number;
  readonly requestedAt: number;
  readonly clientId: string;
  /** The parameters of the request as a query string, without verifiers. */
  readonly query: string;
  /** The verified redirect URI. */
  readonly redirectUri: string;
  /** SHA-256 of the cookie of the browser that asked. */
  readonly browser: Buffer;
  /** `sid`, existing or to be: a UUID. */
  readonly sessionId: string;
  /** The subject of the remembered login; undefined when a person must log in. */
  readonly remembered: string | undefined;
  /** Set when a device asked, not a redirect URI's owner. */
  readonly device?: DeviceFlow | undefined;
}

/** The device code that a flow is about: its row, and what the device asked for (RFC 8628 §3.1). */
export interface DeviceFlow {
  readonly key: Buffer;
  /** Seconds since the epoch. */
  readonly expiresAt: number;
  readonly scopes: readonly string[];
  readonly audience: readonly string[];
}

/** An error that the login or consent app chose for the client. */
export interface FlowRejection {
  readonly error: string;
  readonly description: string;
}

/** What the login app said. */
export interface FlowLogin {
  readonly subject: string;
  readonly authenticatedAt: number;
  /** Seconds to remember the login for; 0 forgets it. On skip: seconds to extend it by. */
  readonly rememberSeconds: number;
  readonly acr: string;
  readonly amr: readonly string[];
  readonly forcedSubject: string;
  readonly identityProviderSessionId: string;
  /** Any JSON value as text, for the consent app; empty when absent. */
  readonly contextJson: string;
}

/** What the consent app is asked, and what it said. */
export interface FlowConsent {
  /** The grant that will be, a UUID; the apps know it as consent_request_id. */
  readonly grantId: string;
  readonly skip: boolean;
  readonly granted?: FlowGrant;
}

export interface FlowGrant {
  readonly scopes: readonly string[];
  readonly audience: readonly string[];
  readonly accessTokenClaims: Claims;
  readonly idTokenClaims: Claims;
  readonly remember: boolean;
  /** Seconds; 0 means for ever. */
  readonly rememberSeconds: number;
  readonly handledAt: number;
}

/** A flow as its row holds it. */
export interface FlowBody {
  readonly start: FlowStart;
  readonly login?: FlowLogin;
  readonly consent?: FlowConsent;
  readonly rejection?: FlowRejection;
}

/** What was read out of a start before: each leg of a flow asks again. */
interface ReadStart {
  parameters?: ReadonlyMap<string, string>;
  request?: AuthorizationRequest;
  text?: string;
}

/**
 * Where a start keeps what was read out of it, unseen by whoever copies or compares it. Not in a WeakMap beside it: V8's young
 * collections take what a WeakMap holds for alive, and a third of what flows left to the old generation was that.
 */
const reading = Symbol('reading');

const alreadyRead = (start: FlowStart): ReadStart | undefined => (start as { [reading]?: ReadStart })[reading];

function keepRead(start: FlowStart, read: ReadStart): ReadStart {
  Object.defineProperty(start, reading, { value: read });
  return read;
}

const readOf = (start: FlowStart): ReadStart => alreadyRead(start) ?? keepRead(start, {});

/** The parameters of the original request. */
export function startParameters(start: FlowStart): ReadonlyMap<string, string> {
  return (readOf(start).parameters ??= new Map(new URLSearchParams(start.query)));
}

/** The original request; what was read once reads the same again. */
export function startRequest(start: FlowStart): AuthorizationRequest {
  return (readOf(start).request ??=
    start.device === undefined
      ? readAuthorizationRequest(startParameters(start))
      : deviceRequest(start.clientId, start.device));
}

/** What a device asks for, in the words of an authorization request. */
export function deviceRequest(
  clientId: string,
  { scopes, audience }: Pick<DeviceFlow, 'scopes' | 'audience'>,
): AuthorizationRequest {
  return readAuthorizationRequest(
    new Map([
      ['client_id', clientId],
      ['response_type', 'code'],
      ['scope', scopes.join(' ')],
      ['audience', audience.join(' ')],
    ]),
  );
}

/** As short an encoding as JSON gives: the challenge travels in URLs. */
export const encodeStart = (start: FlowStart): string => alreadyRead(start)?.text ?? encode(start);

function encode(start: FlowStart): string {
  const sentUri = (alreadyRead(start)?.parameters ?? new URLSearchParams(start.query)).get('redirect_uri');
  return JSON.stringify([
    start.id.toString('base64url'),
    start.expiresAt,
    start.requestedAt,
    start.browser.toString('base64url'),
    start.sessionId,
    start.query,
    start.remembered ?? 0,
    sentUri === start.redirectUri ? 0 : start.redirectUri,
    ...(start.device === undefined ? [] : [encodeDevice(start.device)]),
  ]);
}

type EncodedDevice = readonly [key: string, expiresAt: number, scope: string, audience: string];

const encodeDevice = ({ key, expiresAt, scopes, audience }: DeviceFlow): EncodedDevice => [
  key.toString('base64url'),
  expiresAt,
  scopes.join(' '),
  audience.join(' '),
];

const words = (text: string) => text.split(' ').filter((word) => word !== '');

/** What was read from a challenge or a row is remembered for a while (own-bytes.ts). */
const bytesOf = (text: string): Buffer => ownBytes(Buffer.from(text, 'base64url'));

const decodeDevice = ([key, expiresAt, scope, audience]: EncodedDevice): DeviceFlow => ({
  key: bytesOf(key),
  expiresAt,
  scopes: words(scope),
  audience: words(audience),
});

export function decodeStart(text: string): FlowStart {
  const [id, expiresAt, requestedAt, browser, sessionId, query, remembered, redirectUri, device] = JSON.parse(text) as [
    string,
    number,
    number,
    string,
    string,
    string,
    string | 0,
    string | 0,
    EncodedDevice | undefined,
  ];
  const parameters = new Map(new URLSearchParams(query));
  const start: FlowStart = {
    id: bytesOf(id),
    expiresAt,
    requestedAt,
    clientId: parameters.get('client_id') ?? '',
    query,
    redirectUri: redirectUri === 0 ? (parameters.get('redirect_uri') ?? '') : redirectUri,
    browser: bytesOf(browser),
    sessionId,
    remembered: remembered === 0 ? undefined : remembered,
    ...(device !== undefined && { device: decodeDevice(device) }),
  };
  keepRead(start, { parameters, text });
  return start;
}
