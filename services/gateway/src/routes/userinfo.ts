// GET and POST /userinfo: takes one bearer token, from the header or the form, and says why it was refused in the
// WWW-Authenticate header (OpenID Connect Core §5.3, RFC 6750 §2 and §3).
import type { Handler, Request, Route, WriteError } from '@cardea/http';
import {
  callOptions,
  contextOf,
  hasForm,
  neverStored,
  plainJson,
  readForm,
  readQuery,
  sendBytes,
  uniqueForm,
  valueOf,
} from '@cardea/http';
import { OAuthError } from '@cardea/oauth';
import type { ClientOf, tokenV1 } from '@cardea/rpc';

type UserinfoClient = Pick<ClientOf<typeof tokenV1.TokenServiceService>, 'getUserinfo'>;

export function userinfoRoutes(token: UserinfoClient, writeError: () => WriteError): Route[] {
  const handle: Handler = async (request, response) => {
    try {
      const accessToken = await presentedToken(request);
      const answer = await token.getUserinfo(
        { accessToken, requestId: contextOf(request).requestId },
        callOptions(request, response),
      );
      const headers = neverStored(response);
      if (answer.jwt === '') sendBytes(response, 200, { ...headers, 'Content-Type': plainJson }, answer.claimsJson);
      else sendBytes(response, 200, { ...headers, 'Content-Type': 'application/jwt' }, Buffer.from(answer.jwt));
    } catch (caught) {
      const error = OAuthError.from(caught);
      const challenge = bearerChallenge(error);
      writeError()(error, request, response, challenge === undefined ? {} : { 'WWW-Authenticate': challenge });
    }
  };
  return [{ path: '/userinfo', cors: 'clients', get: handle, post: handle }];
}

/** RFC 6750 §3: a caller that showed no token at all is told no error code. */
function bearerChallenge(error: OAuthError): string | undefined {
  if (error.code === 'request_unauthorized') return 'Bearer realm="cardea"';
  if (error.status >= 500) return undefined;
  const scope = error.code === 'insufficient_scope' ? ',scope="openid"' : '';
  return `Bearer realm="cardea",error="${error.code}",error_description="${error.description}"${scope}`;
}

/**
 * The token of a request. One in the query is not looked at: it stands in logs and histories already.
 *
 * @throws {OAuthError} request_unauthorized without a token, invalid_request with two
 */
async function presentedToken(request: Request): Promise<string> {
  const form = request.method === 'POST' && hasForm(request) ? uniqueForm(await readForm(request)) : [];
  const inForm = valueOf(form, 'access_token');
  const inHeader = /^bearer +(.*)$/i.exec(request.headers.authorization ?? '')?.[1]?.trim();
  const inQuery = readQuery(request).some(({ name }) => name === 'access_token');
  if ([inForm !== undefined, inHeader !== undefined, inQuery].filter(Boolean).length > 1) {
    throw new OAuthError('invalid_request', 'The access token was sent in more than one place.');
  }
  const token = inHeader ?? inForm ?? '';
  if (token === '') throw new OAuthError('request_unauthorized', 'Send an access token in the Authorization header.');
  return token;
}
