// /admin/trust/grants/jwt-bearer/issuers: whose assertions may be traded for tokens (hydra-wire §2.9).
import type { Handler, Request, Route } from '@cardea/http';
import { callOptions, readJson, readQuery, sendEmpty, sendJson } from '@cardea/http';
import type { JsonObject } from '@cardea/oauth';
import { flagMember, member, OAuthError, objectMember, objectOf, textMember, textsMember } from '@cardea/oauth';
import type { ClientOf } from '@cardea/rpc';
import { trustV1 } from '@cardea/rpc';
import { linkHeader, readPage } from '../pagination.js';

type Trust = ClientOf<typeof trustV1.TrustedIssuerServiceService>;

const base = '/admin/trust/grants/jwt-bearer/issuers';

export function trustRoutes(trust: Trust): Route[] {
  const create: Handler = async (request, response) => {
    const body = objectOf(await readJson(request));
    const { trustedIssuer } = await trust.trustIssuer({ trustedIssuer: read(body) }, callOptions(request, response));
    // Hydra says here what it was told, and an array only afterwards.
    const scope = member(body, 'scope') === undefined ? { scope: null } : {};
    const id = trustedIssuer?.id ?? '';
    sendJson(response, 201, { ...json(trustedIssuer), ...scope }, { Location: `${base.slice('/admin'.length)}/${id}` });
  };

  const list: Handler = async (request, response) => {
    const query = readQuery(request);
    const issuer = query.find(({ name }) => name === 'issuer')?.value ?? '';
    const page = readPage(query);
    const { trustedIssuers, nextPageToken, firstPageToken } = await trust.listTrustedIssuers(
      { issuer, pageSize: page.size, pageToken: page.token },
      callOptions(request, response),
    );
    const link = linkHeader(base, { issuer }, page, nextPageToken, firstPageToken);
    sendJson(response, 200, trustedIssuers.map(json), { Link: link });
  };

  const get: Handler = async (request, response) => {
    const { trustedIssuer } = await trust.getTrustedIssuer({ id: idOf(request) }, callOptions(request, response));
    sendJson(response, 200, json(trustedIssuer));
  };

  const remove: Handler = async (request, response) => {
    await trust.deleteTrustedIssuer({ id: idOf(request) }, callOptions(request, response));
    sendEmpty(response, 204);
  };

  return [
    { path: base, get: list, post: create },
    { path: `${base}/:id`, get, delete: remove },
  ];
}

const idOf = (request: Request) => String(request.params['id']);

function read(body: JsonObject): trustV1.TrustedIssuer {
  return trustV1.TrustedIssuer.create({
    issuer: textMember(body, 'issuer'),
    subject: textMember(body, 'subject'),
    allowAnySubject: flagMember(body, 'allow_any_subject'),
    scopes: textsMember(body, 'scope'),
    jwkJson: objectMember(body, 'jwk'),
    expiresAt: instant(textMember(body, 'expires_at')),
  });
}

/** RFC 3339 with a time and a zone; Hydra's resolution is a second. */
function instant(text: string): Date | undefined {
  if (text === '') return undefined;
  const millis = /^\d{4}-\d\d-\d\d[Tt]\d\d:\d\d:\d\d(\.\d+)?([Zz]|[+-]\d\d:\d\d)$/.test(text) ? Date.parse(text) : NaN;
  if (Number.isNaN(millis))
    throw new OAuthError('invalid_request', 'The member expires_at must be an RFC 3339 instant.');
  return new Date(Math.floor(millis / 1000) * 1000);
}

const written = (date: Date | undefined) => date?.toISOString().replace(/\.\d+Z$/, 'Z');

function json(issuer: trustV1.TrustedIssuer | undefined) {
  return {
    id: issuer?.id,
    issuer: issuer?.issuer,
    subject: issuer?.subject,
    allow_any_subject: issuer?.allowAnySubject,
    scope: issuer?.scopes ?? [],
    public_key: { set: issuer?.issuer, kid: issuer?.keyId },
    created_at: written(issuer?.createdAt),
    expires_at: written(issuer?.expiresAt),
  };
}
