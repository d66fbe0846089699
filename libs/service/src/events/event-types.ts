// Every event of the audit stream, once: what it means, what its data say, and whether it is kept when no sink asks for it (issue 7).
// None of them names a person, a token, a secret or where a browser was sent.

/** When an event is written down. */
export type Keeping =
  /** In the transaction of the change itself, whatever the settings say. */
  | 'with the change'
  /** A moment later, whatever the settings say. */
  | 'always'
  /** In the transaction of the change, where `events.types` or a sink asks for it. */
  | 'with the change, when asked for'
  /** A moment later, where `events.types` or a sink asks for it. */
  | 'when asked for';

export interface EventFacts {
  readonly says: string;
  readonly keeping: Keeping;
  /** Its members of `data` and what they are. */
  readonly data: Readonly<Record<string, string>>;
}

const client_id = 'the client';
const grant_id = 'the grant, as the consent has it';
const grant_type = 'the grant type, or `implicit` for tokens of an authorization response';
const person = 'the pseudonym of the person, with `events.pseudonym_key` only';
const key = { key_set: 'the key set', kid: 'the key', alg: 'its JWS algorithm' };

const table = {
  'cardea.token.issued.v1': {
    says: 'Tokens were issued.',
    keeping: 'when asked for',
    data: { client_id, grant_type },
  },
  'cardea.token.replayed.v1': {
    says: 'A refresh token came twice within its grace period, and the same answer was given once more.',
    keeping: 'when asked for',
    data: { client_id, grant_id },
  },
  'cardea.token.refused.v1': {
    says: 'A token request of an authenticated client was refused.',
    keeping: 'when asked for',
    data: { client_id, grant_type, error: 'the error code of the answer' },
  },
  'cardea.token.revoked.v1': {
    says: 'A client revoked a token of its own (RFC 7009).',
    keeping: 'when asked for',
    data: { client_id, token_use: '`access_token` or `refresh_token`' },
  },
  'cardea.token.code_reuse_detected.v1': {
    says: 'An authorization code came a second time; all that came of it has ended.',
    keeping: 'always',
    data: { client_id, grant_id },
  },
  'cardea.token.refresh_reuse_detected.v1': {
    says: 'A used refresh token came again; its whole family has ended.',
    keeping: 'always',
    data: { client_id, grant_id },
  },
  'cardea.token.code_given_up.v1': {
    says: 'An authorization code was given up after too many wrong proofs.',
    keeping: 'always',
    data: { client_id, grant_id },
  },
  'cardea.token.ended.v1': {
    says: 'An operator ended what was issued to a client, for a person, or in an interval.',
    keeping: 'always',
    data: { client_id, families: 'how many families ended', tokens: 'how many tokens without one' },
  },
  'cardea.client.authentication_failed.v1': {
    says: 'A client could not prove who it is. Who is unknown is not named: it may have sent a secret in the place of its id.',
    keeping: 'when asked for',
    data: { client_id: 'the client, where there is one of that id', reason: 'what was wrong, in a few words' },
  },
  'cardea.client.created.v1': {
    says: 'A client was created, by an operator or by itself.',
    keeping: 'with the change',
    data: { client_id },
  },
  'cardea.client.changed.v1': {
    says: 'The metadata or the secrets of a client were changed.',
    keeping: 'with the change',
    data: { client_id, secrets: 'whether its secrets changed' },
  },
  'cardea.client.secret_rotated.v1': {
    says: 'A client got a new secret beside those it has.',
    keeping: 'with the change',
    data: { client_id },
  },
  'cardea.client.deleted.v1': {
    says: 'A client was deleted, and all that was issued to it.',
    keeping: 'with the change',
    data: { client_id },
  },
  'cardea.login.accepted.v1': {
    says: 'The login app said who logged in.',
    keeping: 'when asked for',
    data: { client_id, remembered: 'whether the session was there before', person },
  },
  'cardea.login.rejected.v1': {
    says: 'The login app refused a login.',
    keeping: 'when asked for',
    data: { client_id },
  },
  'cardea.consent.granted.v1': {
    says: 'A person allowed a client something that rests on no earlier consent.',
    keeping: 'with the change, when asked for',
    data: { client_id, grant_id, scope: 'the granted scopes', person },
  },
  'cardea.consent.refused.v1': {
    says: 'The consent app refused.',
    keeping: 'when asked for',
    data: { client_id, person },
  },
  'cardea.consent.revoked.v1': {
    says: 'A consent was withdrawn, with the tokens that came of it.',
    keeping: 'with the change',
    data: { client_id, grant_id, person },
  },
  'cardea.session.ended.v1': {
    says: 'A login session ended: somebody logged out, or an operator ended it.',
    keeping: 'when asked for',
    data: { sid: 'the session, as `sid` of ID tokens has it' },
  },
  'cardea.issuer.trusted.v1': {
    says: 'An issuer of assertions is trusted from now on.',
    keeping: 'with the change',
    data: { trust_id: 'the trust', issuer: 'whose' },
  },
  'cardea.issuer.trust_ended.v1': {
    says: 'An issuer of assertions is trusted no more.',
    keeping: 'with the change',
    data: { trust_id: 'the trust', issuer: 'whose' },
  },
  'cardea.key.created.v1': {
    says: 'A signing key is published that was not known before.',
    keeping: 'with the change',
    data: key,
  },
  'cardea.key.promoted.v1': {
    says: 'A signing key has begun to sign: by its schedule, or because somebody said so.',
    keeping: 'with the change',
    data: key,
  },
  'cardea.key.retired.v1': { says: 'A signing key signs no more.', keeping: 'with the change', data: key },
  'cardea.key.destroyed.v1': {
    says: 'A signing key is published no more: what it signed counts no longer.',
    keeping: 'with the change',
    data: key,
  },
  'cardea.admin.changed.v1': {
    says: 'Somebody changed something: through the admin API, key sets under `/admin/keys` too, or signing keys by the commands `cardea keys`.',
    keeping: 'with the change',
    data: {
      actor: 'the API key, the certificate or the subject of the token that was shown',
      authentication: '`api_key`, `mtls`, `jwt` or `none`',
      action: 'method and route, or `keys create`, `keys promote` and their like',
      target: 'the path, without its query; for a signing key its set and id',
      status: 'the status of the answer',
      request_id: 'the id in the log of the admin service; empty for signing keys',
    },
  },
  'cardea.admin.refused.v1': {
    says: 'The admin API turned callers away; those of a few seconds who are alike are one event.',
    keeping: 'always',
    data: {
      reason: '`unauthorized`: nobody known; `forbidden`: somebody without the role',
      actor: 'who, where known',
      method: 'the HTTP method',
      count: 'how many',
    },
  },
  'cardea.signature.finding.v1': {
    says: 'A signature without a token, a token without a signature, or a record that was written anew was found.',
    keeping: 'with the change',
    data: {
      finding: 'its id, for `cardea keys audit`',
      kind: '`signature_without_token`, `token_without_signature` or `signature_record_rewritten`',
      about: 'a `jti`, a request id, or a place in the record',
    },
  },
} as const satisfies Readonly<Record<string, EventFacts>>;

/** The name of an event, as `type` of CloudEvents has it. */
export type EventType = keyof typeof table;

export const eventTypes: Readonly<Record<EventType, EventFacts>> = table;

export const eventTypeNames = Object.keys(table) as readonly EventType[];

/** Members that an event may have in its `data`. */
export type EventData<Type extends EventType> = Partial<
  Record<keyof (typeof table)[Type]['data'], string | number | boolean>
>;

/**
 * The types that patterns name: whole names, or beginnings that end in `*`.
 *
 * @returns in the order of the table; undefined when a pattern names none
 */
export function eventTypesOf(patterns: readonly string[]): readonly EventType[] | undefined {
  const fits = (pattern: string, type: string) =>
    pattern.endsWith('*') ? type.startsWith(pattern.slice(0, -1)) : type === pattern;
  if (patterns.some((pattern) => !eventTypeNames.some((type) => fits(pattern, type)))) return undefined;
  return eventTypeNames.filter((type) => patterns.some((pattern) => fits(pattern, type)));
}
