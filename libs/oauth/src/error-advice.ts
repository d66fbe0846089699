// What to do about each error: who has to act, which setting or client member decides, and the next step. docs/errors.md and
// `cardea explain` both say it from here.
import type { ErrorCode } from './errors.js';

export interface ErrorAdvice {
  /** What usually stands behind it. */
  readonly usually: string;
  /** The client member, setting or parameter that decides. */
  readonly decides: string;
  /** What to do next. */
  readonly fix: string;
}

const advice = (usually: string, decides: string, fix: string): ErrorAdvice => ({ usually, decides, fix });

const askAgain =
  'Send the browser to the authorization endpoint again without prompt=none, so that the person can be asked.';
const requestObjects = 'Send the parameters in the query, or sign the request object as the client is registered.';

export const errorAdvice = {
  invalid_request: advice(
    'A parameter is missing, came twice or is misspelt; the description says which.',
    'the request; redirect_uris of the client for redirect_uri; oauth2.pkce.* for code_challenge',
    'Give the whole URL to `cardea explain`, which goes through it step by step; a redirect_uri is registered by `cardea update client ID --redirect-uri …`, exactly as it is sent.',
  ),
  invalid_client: advice(
    'The secret is wrong, the client was deleted, or it authenticates in another way than it is registered for.',
    'token_endpoint_auth_method and the secrets of the client',
    '`cardea get client ID` shows the method; `cardea rotate client-secret ID` makes a new secret beside the old one.',
  ),
  invalid_grant: advice(
    'The code was used before or is older than ttl.auth_code, the redirect_uri is not the one the code was asked for with, the code_verifier is another, or the refresh token was rotated away or revoked.',
    'ttl.auth_code, oauth2.grant.refresh_token.rotation_grace_period',
    'Redeem each code once and at once; keep the newest refresh token only; when it repeats, log in again.',
  ),
  unauthorized_client: advice(
    'The client asks for a grant it is not registered for.',
    'grant_types of the client',
    '`cardea update client ID --grant-type …` with all grants it needs.',
  ),
  unsupported_grant_type: advice(
    'The grant_type is misspelt or not one of ours.',
    'grant_types_supported of the discovery document',
    'Send one that discovery lists.',
  ),
  unsupported_response_type: advice(
    'The client asks for a response type that it is not registered for, or for tokens in the front channel under profile: oauth21.',
    'response_types of the client, profile',
    'Use response_type=code, or register the other one: `cardea update client ID --response-type …`.',
  ),
  unsupported_response_mode: advice(
    'The response_mode is unknown, or tokens were to travel in a query.',
    'response_mode',
    'Leave response_mode away, or take fragment or form_post.',
  ),
  unsupported_token_type: advice(
    'A token was given to revocation that it cannot revoke.',
    'token',
    'Revoke the refresh token.',
  ),
  invalid_scope: advice(
    'The client asks for a scope that it is not registered for; the description names it.',
    'scope of the client, strategies.scope',
    '`cardea update client ID --scope …` with all scopes it may have, or ask for less.',
  ),
  invalid_target: advice(
    'The client asks for an audience that it is not registered for.',
    'audience of the client',
    '`cardea update client ID --audience …` with all audiences it may have.',
  ),
  jti_known: advice(
    'The same assertion was sent twice.',
    'jti of the assertion',
    'Make a new assertion, with a new jti, for each request; a retry is a new request.',
  ),
  access_denied: advice(
    'The person said no, or the login or consent app rejected the request.',
    'the login and consent app',
    'Look into its log: it sent this error itself. Show the person a way to begin again.',
  ),
  login_required: advice('prompt=none was asked, and nobody is logged in.', 'prompt', askAgain),
  consent_required: advice(
    'prompt=none was asked, and there is no remembered consent for these scopes.',
    'prompt',
    askAgain,
  ),
  interaction_required: advice('prompt=none was asked, and the person would have to be asked.', 'prompt', askAgain),
  account_selection_required: advice(
    'prompt=none was asked, and an account would have to be chosen.',
    'prompt',
    askAgain,
  ),
  unmet_authentication_requirements: advice(
    'An acr was asked for as essential that the login app did not reach.',
    'claims and acr_values of the request; acr that the login app answers',
    'Teach the login app that acr, or ask for it as voluntary.',
  ),
  invalid_request_uri: advice(
    'The request_uri is not registered, or could not be fetched.',
    'request_uris of the client, oidc.request_objects.*',
    'Register it exactly as it is sent, with https.',
  ),
  invalid_request_object: advice(
    'The request object is not signed as registered, has expired, or is made for somebody else.',
    'request_object_signing_alg, jwks and jwks_uri of the client',
    requestObjects,
  ),
  request_not_supported: advice('Request objects are not taken from this client.', 'profile', requestObjects),
  request_uri_not_supported: advice(
    'Request URIs are not taken from this client.',
    'request_uris of the client',
    requestObjects,
  ),
  registration_not_supported: advice(
    'The registration parameter belongs to self-issued providers.',
    'registration',
    'Leave it away.',
  ),
  invalid_redirect_uri: advice(
    'A redirect URI has a fragment, a wildcard, a forbidden scheme or is not absolute; the description says which.',
    'redirect_uris of the client',
    'Register each URI in full, as the browser will be sent to it.',
  ),
  invalid_client_metadata: advice(
    'A member of the client has a value that cannot be; the description names it.',
    'the member that is named',
    'Change the member; docs/compatibility.md says where Hydra takes more.',
  ),
  invalid_software_statement: advice(
    'The software statement is no signed JWT.',
    'software_statement',
    'Leave it away or sign it.',
  ),
  unapproved_software_statement: advice(
    'Nobody is configured whose software statements are believed.',
    'software_statement',
    'Leave it away.',
  ),
  invalid_token: advice(
    'The access token has expired, was revoked, or comes from another issuer.',
    'ttl.access_token',
    'Refresh it; give it to `cardea explain -` to see when it ended.',
  ),
  insufficient_scope: advice(
    'The token lacks a scope that this resource wants.',
    'scope of the authorization request, granted by the consent app',
    'Ask for the scope, and see that the consent app grants it.',
  ),
  request_unauthorized: advice(
    'The request has no credential that is known here.',
    'serve.admin.authentication',
    'Send an admin key as bearer: `cardea admin-key create` makes one.',
  ),
  request_forbidden: advice(
    'The browser did not bring the cookie this login began with: it began at another host name (localhost against 127.0.0.1), over http where cookies are for https, in another browser, or it took longer than the cookie lives.',
    'urls.self.issuer, urls.login, serve.cookies.*, dev',
    'Open the login in one browser, at the host of the issuer; put https in front of it; `cardea doctor` looks at host names and cookies.',
  ),
  authorization_pending: advice('Nobody has typed the user code yet.', 'interval', 'Poll again after the interval.'),
  slow_down: advice('The device polls faster than it was told to.', 'interval', 'Add five seconds to the interval.'),
  expired_token: advice(
    'The device code has expired.',
    'oauth2.device_authorization.*',
    'Begin again with a new device code.',
  ),
  missing_required_parameter: advice('A member of the body is missing.', 'the request body', 'Send it.'),
  not_found: advice(
    'There is nothing of that name, or no longer: challenges end with ttl.login_consent_request.',
    'the path',
    'See whether the name is right; `cardea explain CHALLENGE` says what became of a challenge.',
  ),
  request_handled: advice(
    'The login or consent app answered this challenge before: somebody used the back button, or sent the form twice.',
    'the challenge',
    'Send the browser to the redirect_to of the answer.',
  ),
  conflict: advice(
    'There is one of that name already, or somebody changed it meanwhile.',
    'the name',
    'Take another name, or read it again and repeat the change.',
  ),
  request_too_large: advice('The body is larger than is read.', 'the request body', 'Send less at once.'),
  rate_limited: advice(
    'Too many wrong secrets, user codes or registrations came from there, or the client used up its quota.',
    'rate_limits.*',
    'Wait as long as Retry-After says; see who guesses.',
  ),
  temporarily_unavailable: advice(
    'A part is down or overloaded: PostgreSQL, the keys service, or the next service. Nothing was done, or whether it was is not known.',
    'the log line with the error id',
    'Try again after Retry-After; the readiness of each service (/health/ready) names what is missing.',
  ),
  server_error: advice(
    'Something went wrong that nobody foresaw.',
    'the log line with the error id',
    'Find the log line with the error id, and report it.',
  ),
} as const satisfies Record<ErrorCode, ErrorAdvice>;

/** undefined for a code that a login app made up */
export function adviceFor(code: string): ErrorAdvice | undefined {
  return Object.hasOwn(errorAdvice, code) ? errorAdvice[code as ErrorCode] : undefined;
}
