// /admin/oauth2/auth/sessions: consents and logins of people; /admin/logout-deliveries: who was told that they ended
// (hydra-wire §2.6). The second is our own.
import type { FormParameter, Handler, Route } from '@cardea/http';
import { callOptions, readQuery, sendEmpty, sendJson } from '@cardea/http';
import { OAuthError } from '@cardea/oauth';
import type { ClientOf } from '@cardea/rpc';
import { sessionV1 } from '@cardea/rpc';
import { grantIdOf } from '../consent-request-id.js';
import { flagOf } from '../flag-parameter.js';
import { linkHeader, readPage } from '../pagination.js';
import { consentJson, deliveryJson, deliveryState } from '../session-json.js';

type Sessions = ClientOf<typeof sessionV1.SessionServiceService>;

const base = '/admin/oauth2/auth/sessions';
const deliveriesPath = '/admin/logout-deliveries';

export function sessionRoutes(sessions: Sessions): Route[] {
  const listConsents: Handler = async (request, response) => {
    const query = readQuery(request);
    const own = { subject: of(query, 'subject'), login_session_id: of(query, 'login_session_id') };
    if (own.subject === '') throw new OAuthError('invalid_request', "The query parameter 'subject' is missing.");
    const page = readPage(query);
    const { consents, nextPageToken, firstPageToken } = await sessions.listConsents(
      { subject: own.subject, loginSessionId: own.login_session_id, pageSize: page.size, pageToken: page.token },
      callOptions(request, response),
    );
    // Hydra leaves the links out where there is nothing to page through.
    const link = linkHeader(`${base}/consent`, own, page, nextPageToken, firstPageToken);
    sendJson(response, 200, consents.map(consentJson), consents.length === 0 ? {} : { Link: link });
  };

  const revokeConsents: Handler = async (request, response) => {
    await sessions.revokeConsents({ which: whichConsents(readQuery(request)) }, callOptions(request, response));
    sendEmpty(response, 204);
  };

  const revokeLogins: Handler = async (request, response) => {
    const query = readQuery(request);
    const which = { which: whichLogins(query), revokeTokens: flagOf(query, 'revoke_tokens') };
    await sessions.revokeLoginSessions(which, callOptions(request, response));
    sendEmpty(response, 204);
  };

  const listDeliveries: Handler = async (request, response) => {
    const query = readQuery(request);
    const own = { client_id: of(query, 'client_id'), state: of(query, 'state') };
    const { UNSPECIFIED } = sessionV1.LogoutDeliveryState;
    const state = own.state === '' ? UNSPECIFIED : deliveryState(own.state);
    if (state === undefined)
      throw new OAuthError('invalid_request', 'The parameter state must be pending, delivered or failed.');
    const page = readPage(query);
    const { deliveries, nextPageToken } = await sessions.listLogoutDeliveries(
      { clientId: own.client_id, state, pageSize: page.size, pageToken: page.token },
      callOptions(request, response),
    );
    const links = { Link: linkHeader(deliveriesPath, own, page, nextPageToken) };
    sendJson(response, 200, deliveries.map(deliveryJson), links);
  };

  const resend: Handler = async (request, response) => {
    await sessions.resendLogoutDelivery({ id: String(request.params['id']) }, callOptions(request, response));
    sendEmpty(response, 202);
  };

  return [
    { path: `${base}/consent`, get: listConsents, delete: revokeConsents },
    { path: `${base}/login`, delete: revokeLogins },
    { path: deliveriesPath, get: listDeliveries },
    { path: `${deliveriesPath}/:id/resend`, post: resend },
  ];
}

const of = (query: readonly FormParameter[], name: string) =>
  query.find((parameter) => parameter.name === name)?.value ?? '';

/**
 * One consent by its id, or a person's: all only when `all=true` says so, which nobody writes by accident.
 *
 * @throws {OAuthError} invalid_request for any other combination
 */
function whichConsents(query: readonly FormParameter[]): NonNullable<sessionV1.RevokeConsentsRequest['which']> {
  const subject = of(query, 'subject');
  const clientId = of(query, 'client');
  const id = of(query, 'consent_request_id');
  const all = of(query, 'all') === 'true';
  if (id !== '' && subject === '' && clientId === '' && !all)
    return { $case: 'consentRequestId', value: grantIdOf(id) };
  if (id === '' && subject !== '' && clientId !== '' && !all) {
    return { $case: 'subjectAndClient', value: { subject, clientId } };
  }
  if (id === '' && subject !== '' && clientId === '' && all) return { $case: 'allOfSubject', value: subject };
  throw new OAuthError('invalid_request', 'Say consent_request_id, or subject and client, or subject and all=true.');
}

/** @throws {OAuthError} invalid_request when nobody is named */
function whichLogins(query: readonly FormParameter[]): NonNullable<sessionV1.RevokeLoginSessionsRequest['which']> {
  const sid = of(query, 'sid');
  const subject = of(query, 'subject');
  if (sid !== '') return { $case: 'sessionId', value: sid };
  if (subject !== '') return { $case: 'subject', value: subject };
  throw new OAuthError('invalid_request', "Either 'subject' or 'sid' must be in the query.");
}
