// /oauth2/register and below: clients register themselves and manage what they registered (RFC 7591 §3, RFC 7592 §2,
// hydra-wire §1.8).
import type { Handler, Request, Route } from '@cardea/http';
import { caching, callOptions, contextOf, neverStored, readJson, sendEmpty, sendJson } from '@cardea/http';
import type { SentClient } from '@cardea/oauth';
import { clientJson, delicateMembers, OAuthError, parseJwt, readClient } from '@cardea/oauth';
import type { ClientOf, clientV1 } from '@cardea/rpc';
import type { ClientAddress } from '../client-address.js';

type Registration = ClientOf<typeof clientV1.ClientRegistrationServiceService>;

/** What one body may hold; ours are far smaller. */
const mostBytes = 256 * 1024;

export function registrationRoutes(
  registration: Registration,
  options: {
    /** Base of the public API, without a slash at its end. */
    publicUrl: string;
    /** Hydra tells less, and points to its admin API. */
    hydraCompat: boolean;
    addressOf: ClientAddress;
  },
): Route[] {
  const { publicUrl, hydraCompat, addressOf } = options;
  const uriOf = (clientId: string) => `${publicUrl}/oauth2/register/${encodeURIComponent(clientId)}`;

  const document = (stored: clientV1.Client | undefined, sent?: SentClient): Record<string, unknown> => {
    if (stored === undefined) throw new Error('the token service left out the client');
    const { metadata: _operators, ...json } = clientJson(stored, sent?.body);
    if (hydraCompat) return sent === undefined ? json : { ...json, metadata: {} };
    const said = Object.entries(json).filter(([, value]) => !isEmpty(value));
    return { ...Object.fromEntries(said), client_id_issued_at: Math.floor((stored.createdAt?.getTime() ?? 0) / 1000) };
  };

  const register: Handler = async (request, response) => {
    const sent = await readRegistrant(request, hydraCompat);
    const created = await registration.registerClient(
      {
        authorization: request.headers.authorization ?? '',
        client: sent.client,
        forbiddenMembers: delicateMembers(sent.body),
        requestId: contextOf(request).requestId,
        clientAddress: addressOf(request),
      },
      callOptions(request, response),
    );
    const clientId = created.client?.clientId ?? '';
    const body = {
      ...document(created.client, sent),
      ...(created.clientSecret === '' ? {} : { client_secret: created.clientSecret }),
      registration_access_token: created.registrationAccessToken,
      registration_client_uri: uriOf(clientId),
    };
    const location = hydraCompat ? `admin/clients/${encodeURIComponent(clientId)}` : uriOf(clientId);
    sendJson(response, 201, body, { ...neverStored(response), Location: location });
  };

  const read: Handler = async (request, response) => {
    const { clientId, registrationAccessToken } = presented(request);
    const { client } = await registration.readRegistration(
      { clientId, registrationAccessToken },
      callOptions(request, response),
    );
    const ours = { registration_access_token: registrationAccessToken, registration_client_uri: uriOf(clientId) };
    sendJson(response, 200, { ...document(client), ...(hydraCompat ? {} : ours) }, neverStored(response));
  };

  const replace: Handler = async (request, response) => {
    const { clientId, registrationAccessToken } = presented(request);
    const sent = await readRegistrant(request, hydraCompat);
    if (!hydraCompat && sent.client.clientId !== '' && sent.client.clientId !== clientId) {
      throw new OAuthError('invalid_request', 'The client_id of the body is another than that of the path.');
    }
    const stored = await registration.updateRegistration(
      {
        client: { ...sent.client, clientId },
        registrationAccessToken,
        forbiddenMembers: delicateMembers(sent.body),
        clientSecret: sent.secret,
        requestId: contextOf(request).requestId,
      },
      callOptions(request, response),
    );
    const body = {
      ...document(stored.client, sent),
      registration_access_token: stored.registrationAccessToken,
      ...(hydraCompat ? {} : { registration_client_uri: uriOf(clientId) }),
    };
    sendJson(response, 200, body, neverStored(response));
  };

  const remove: Handler = async (request, response) => {
    const { clientId, registrationAccessToken } = presented(request);
    await registration.deleteRegistration({ clientId, registrationAccessToken }, callOptions(request, response));
    sendEmpty(response, 204, caching(request));
  };

  const challenging = hydraCompat ? (handler: Handler) => handler : challenge;
  return [
    { path: '/oauth2/register', post: challenging(register) },
    { path: '/oauth2/register/:id', get: challenging(read), put: challenging(replace), delete: challenging(remove) },
  ];
}

/** Hydra writes empty members; libraries that validate what they get take offence at them. */
const isEmpty = (value: unknown) =>
  value === null ||
  value === '' ||
  (typeof value === 'object' && (Array.isArray(value) ? value : Object.keys(value)).length === 0);

/** RFC 6750 §3: who is refused is told that a bearer token was wanted. */
const challenge =
  (handler: Handler): Handler =>
  async (request, response) => {
    try {
      await handler(request, response);
    } catch (caught) {
      if (caught instanceof OAuthError && caught.code === 'invalid_token') {
        response.setHeader('WWW-Authenticate', `Bearer realm="cardea", error="${caught.code}"`);
      }
      throw caught;
    }
  };

async function readRegistrant(request: Request, hydraCompat: boolean): Promise<SentClient> {
  const sent = readClient(await readJson(request, mostBytes));
  const statement = sent.body['software_statement'] ?? undefined;
  if (hydraCompat || statement === undefined) return sent;
  if (typeof statement !== 'string' || parseJwt(statement) === undefined) {
    throw new OAuthError('invalid_software_statement');
  }
  return sent;
}

/** The id of the path, and the bearer token; an empty one is nobody's. */
function presented(request: Request): { clientId: string; registrationAccessToken: string } {
  const registrationAccessToken = /^bearer +(\S+)$/i.exec(request.headers.authorization ?? '')?.[1] ?? '';
  return { clientId: String(request.params['id']), registrationAccessToken };
}
