// cardea.trust.v1.TrustedIssuerService: whose assertions count as grants, as operators manage it (hydra-wire §2.9).
import type { Jwk } from '@cardea/oauth';
import { OAuthError } from '@cardea/oauth';
import type { Handlers } from '@cardea/rpc';
import { trustV1 } from '@cardea/rpc';
import { createPublicKey } from 'node:crypto';
import { randomUuid } from '../authorize/uuid.js';
import type { Events } from '../events.js';
import type { PageTokens } from '../page-tokens.js';
import type { TrustedIssuerRow, TrustedIssuers } from '../storage/trusted-issuers.js';

const defaultPage = 100;
const largestPage = 500;
const longestText = 1024;
/** Members of a private or shared key (RFC 7518 §6). */
const privateMembers: readonly string[] = ['d', 'p', 'q', 'dp', 'dq', 'qi', 'oth', 'k', 'priv'];

export function createTrustedIssuerHandlers(options: {
  trusted: TrustedIssuers;
  pageTokens: PageTokens;
  events: Events;
  random: (bytes: number) => Buffer;
  /** Hydra takes a private key and shows it to whoever asks; we take its public half. */
  hydraCompat: boolean;
}): Handlers<typeof trustV1.TrustedIssuerServiceService> {
  const { trusted, pageTokens, events, random, hydraCompat } = options;
  return {
    async trustIssuer(request) {
      const given = checked(request.trustedIssuer ?? trustV1.TrustedIssuer.create());
      const stored = await trusted.insert({
        id: randomUuid(random),
        issuer: given.issuer,
        subject: given.subject,
        allowAnySubject: given.allowAnySubject,
        scopes: given.scopes,
        ...publicKey(given.jwkJson, hydraCompat),
        expiresAt: (given.expiresAt ?? missing('expires_at')).getTime(),
      });
      if (stored === undefined) throw new OAuthError('conflict', 'That issuer, subject and key are trusted already.');
      events.record('issuer_trusted', { issuer: stored.issuer, trust_id: stored.id });
      return { trustedIssuer: message(stored) };
    },
    async getTrustedIssuer({ id }) {
      return { trustedIssuer: message(found(await trusted.find(uuidOf(id)))) };
    },
    async listTrustedIssuers({ issuer, pageSize, pageToken }) {
      const limit = Math.min(pageSize > 0 ? pageSize : defaultPage, largestPage);
      const after = pageToken === '' ? '' : pageTokens.open('trusted issuers', pageToken);
      const page = await trusted.list({ issuer: issuer.replaceAll('\0', '\ufffd'), after, limit: limit + 1 });
      const last = page[limit - 1];
      const more = page.length > limit && last !== undefined;
      return {
        trustedIssuers: page.slice(0, limit).map(message),
        nextPageToken: more ? pageTokens.seal('trusted issuers', last.id) : '',
        firstPageToken: pageTokens.seal('trusted issuers', ''),
      };
    },
    async deleteTrustedIssuer({ id }) {
      if (!(await trusted.remove(uuidOf(id)))) found(undefined);
      events.record('trust_ended', { trust_id: id });
      return {};
    },
  };
}

function checked(given: trustV1.TrustedIssuer): trustV1.TrustedIssuer {
  if (given.issuer === '') missing('issuer');
  if (given.allowAnySubject === (given.subject !== '')) {
    throw new OAuthError('missing_required_parameter', "Exactly one of 'subject' and 'allow_any_subject' must be set.");
  }
  const texts = [given.issuer, given.subject, ...given.scopes];
  if (texts.length > 102 || texts.some((text) => text.length > longestText || text.includes('\0'))) {
    throw new OAuthError('invalid_request', 'The issuer, the subject or a scope is too long or has a NUL in it.');
  }
  return given;
}

function missing(member: string): never {
  throw new OAuthError('missing_required_parameter', `The member '${member}' is required.`);
}

/** The key as it is stored: without any private part. */
function publicKey(json: Uint8Array, stripped: boolean): { jwk: Jwk; keyId: string } {
  const jwk = json.length === 0 ? {} : (JSON.parse(Buffer.from(json).toString('utf8')) as Jwk | null);
  const keyId = jwk?.['kid'];
  if (typeof jwk !== 'object' || jwk === null || typeof keyId !== 'string' || keyId === '' || keyId.includes('\0')) {
    throw new OAuthError('missing_required_parameter', "The member 'jwk' must be a JSON Web Key with a kid.");
  }
  if (!stripped && privateMembers.some((name) => name in jwk)) {
    throw new OAuthError('invalid_request', "The member 'jwk' has a key in it that should have stayed secret.");
  }
  const open = Object.fromEntries(Object.entries(jwk).filter(([name]) => !privateMembers.includes(name)));
  try {
    createPublicKey({ format: 'jwk', key: open as Record<string, string> });
  } catch (cause) {
    throw new OAuthError('invalid_request', "The member 'jwk' is no public key that we know.", { cause });
  }
  return { jwk: open, keyId };
}

function message(row: TrustedIssuerRow): trustV1.TrustedIssuer {
  return {
    id: row.id,
    issuer: row.issuer,
    subject: row.subject,
    allowAnySubject: row.allowAnySubject,
    scopes: [...row.scopes],
    jwkJson: Buffer.from(JSON.stringify(row.jwk)),
    keyId: row.keyId,
    createdAt: new Date(row.createdAt),
    expiresAt: new Date(row.expiresAt),
  };
}

function uuidOf(id: string): string {
  if (/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(id)) return id;
  throw new OAuthError('invalid_request', 'The id is not a UUID.');
}

function found<T>(value: T | undefined): T {
  if (value === undefined) throw new OAuthError('not_found', 'Unable to locate the resource');
  return value;
}
