// /admin/oauth2/auth/requests: how the login and consent app asks what is wanted and says what happened
// (hydra-wire §1.6, §2.3 to §2.5).
import type { Handler, Request, Response, Route } from '@cardea/http';
import { callOptions, readJson, readQuery, sendEmpty, sendJson } from '@cardea/http';
import type { JsonObject } from '@cardea/oauth';
import {
  flagMember,
  jsonMember,
  member,
  objectMember,
  objectOf,
  secondsMember,
  textMember,
  textsMember,
} from '@cardea/oauth';
import type { ClientOf, interactionV1 } from '@cardea/rpc';
import { flagOf } from '../flag-parameter.js';
import { consentRequestJson, loginRequestJson, logoutRequestJson, readRejection } from '../interaction-json.js';
import type { Interaction } from './challenge.js';
import { challengeOf } from './challenge.js';

type Interactions = ClientOf<typeof interactionV1.InteractionServiceService>;
type CallOptions = ReturnType<typeof callOptions>;

const base = '/admin/oauth2/auth/requests';

export function interactionRoutes(interactions: Interactions): Route[] {
  return [
    ...requests('login', {
      get: async (challenge, call) => loginRequestJson(await interactions.getLoginRequest({ challenge }, call)),
      accept: (challenge, body, call) => interactions.acceptLoginRequest(acceptedLogin(challenge, body), call),
      reject: (challenge, body, call) =>
        interactions.rejectLoginRequest({ challenge, rejection: readRejection(body) }, call),
    }),
    ...requests('consent', {
      get: async (challenge, call) => consentRequestJson(await interactions.getConsentRequest({ challenge }, call)),
      accept: (challenge, body, call) => interactions.acceptConsentRequest(acceptedConsent(challenge, body), call),
      reject: (challenge, body, call) =>
        interactions.rejectConsentRequest({ challenge, rejection: readRejection(body) }, call),
    }),
    ...logoutRequests(interactions),
    {
      path: `${base}/device/accept`,
      put: async (request, response) => {
        const challenge = challengeOf(request, 'device');
        const userCode = textMember(objectOf(await readJson(request)), 'user_code');
        const { redirectTo } = await interactions.acceptUserCode(
          { challenge, userCode },
          callOptions(request, response),
        );
        sendJson(response, 200, { redirect_to: redirectTo });
      },
    },
  ];
}

/** How one kind of interaction is asked about and answered. */
interface Answers {
  readonly get: (challenge: string, call: CallOptions) => Promise<Record<string, unknown>>;
  readonly accept: (challenge: string, body: JsonObject, call: CallOptions) => Promise<{ redirectTo: string }>;
  readonly reject: (challenge: string, body: JsonObject, call: CallOptions) => Promise<{ redirectTo: string }>;
}

function requests(interaction: Interaction, answers: Answers): Route[] {
  const put =
    (answer: Answers['accept']): Handler =>
    async (request, response) => {
      const challenge = challengeOf(request, interaction);
      const { redirectTo } = await answer(challenge, objectOf(await readJson(request)), callOptions(request, response));
      sendJson(response, 200, { redirect_to: redirectTo });
    };
  return [
    {
      path: `${base}/${interaction}`,
      get: async (request, response) => {
        sendJson(response, 200, await answers.get(challengeOf(request, interaction), callOptions(request, response)));
      },
    },
    { path: `${base}/${interaction}/accept`, put: put(answers.accept) },
    { path: `${base}/${interaction}/reject`, put: put(answers.reject) },
  ];
}

/** Bodies are not looked at: beside yes and no there is only `revoke_tokens` to say, as where operators end sessions. */
function logoutRequests(interactions: Interactions): Route[] {
  const asked = (request: Request, response: Response) =>
    [{ challenge: challengeOf(request, 'logout') }, callOptions(request, response)] as const;
  return [
    {
      path: `${base}/logout`,
      get: async (request, response) => {
        sendJson(response, 200, logoutRequestJson(await interactions.getLogoutRequest(...asked(request, response))));
      },
    },
    {
      path: `${base}/logout/accept`,
      put: async (request, response) => {
        const [which, options] = asked(request, response);
        const revokeTokens = flagOf(readQuery(request), 'revoke_tokens');
        const { redirectTo } = await interactions.acceptLogoutRequest({ ...which, revokeTokens }, options);
        sendJson(response, 200, { redirect_to: redirectTo });
      },
    },
    {
      path: `${base}/logout/reject`,
      put: async (request, response) => {
        await interactions.rejectLogoutRequest(...asked(request, response));
        sendEmpty(response, 204);
      },
    },
  ];
}

function acceptedLogin(challenge: string, body: JsonObject): interactionV1.AcceptLoginRequestRequest {
  return {
    challenge,
    subject: textMember(body, 'subject'),
    remember: flagMember(body, 'remember'),
    rememberForSeconds: secondsMember(body, 'remember_for'),
    extendSessionLifespan: flagMember(body, 'extend_session_lifespan'),
    acr: textMember(body, 'acr'),
    amr: textsMember(body, 'amr'),
    forceSubjectIdentifier: textMember(body, 'force_subject_identifier'),
    contextJson: jsonMember(body, 'context'),
    identityProviderSessionId: textMember(body, 'identity_provider_session_id'),
  };
}

function acceptedConsent(challenge: string, body: JsonObject): interactionV1.AcceptConsentRequestRequest {
  const session = objectOf(member(body, 'session') ?? {});
  return {
    challenge,
    grantedScopes: textsMember(body, 'grant_scope'),
    grantedAudience: textsMember(body, 'grant_access_token_audience'),
    accessTokenClaimsJson: objectMember(session, 'access_token'),
    idTokenClaimsJson: objectMember(session, 'id_token'),
    remember: flagMember(body, 'remember'),
    rememberForSeconds: secondsMember(body, 'remember_for'),
    contextJson: jsonMember(body, 'context'),
  };
}
