// hydra.ory.sh/v1alpha1 OAuth2Client, as hydra-maester serves it: its fields in camelCase, and a few that mean something else here.
import type { JsonObject } from '@cardea/oauth';
import { flagField, objectField, secretNameOf, textField, textsField } from './fields.js';
import type { Kind } from './wish.js';
import { Refusal, provesBySecret } from './wish.js';

/** Fields that are members of the client by other names, and how they are read. */
const members: readonly (readonly [
  field: string,
  member: string,
  read: (spec: JsonObject, field: string) => unknown,
])[] = [
  ['clientName', 'client_name', textField],
  ['grantTypes', 'grant_types', textsField],
  ['responseTypes', 'response_types', textsField],
  ['redirectUris', 'redirect_uris', textsField],
  ['requestUris', 'request_uris', textsField],
  ['postLogoutRedirectUris', 'post_logout_redirect_uris', textsField],
  ['allowedCorsOrigins', 'allowed_cors_origins', textsField],
  ['audience', 'audience', textsField],
  ['contacts', 'contacts', textsField],
  ['clientUri', 'client_uri', textField],
  ['logoUri', 'logo_uri', textField],
  ['policyUri', 'policy_uri', textField],
  ['tosUri', 'tos_uri', textField],
  ['jwksUri', 'jwks_uri', textField],
  ['sectorIdentifierUri', 'sector_identifier_uri', textField],
  ['subjectType', 'subject_type', textField],
  ['tokenEndpointAuthMethod', 'token_endpoint_auth_method', textField],
  ['tokenEndpointAuthSigningAlg', 'token_endpoint_auth_signing_alg', textField],
  ['requestObjectSigningAlg', 'request_object_signing_alg', textField],
  ['userinfoSignedResponseAlg', 'userinfo_signed_response_alg', textField],
  ['accessTokenStrategy', 'access_token_strategy', textField],
  ['frontChannelLogoutURI', 'frontchannel_logout_uri', textField],
  ['frontChannelLogoutSessionRequired', 'frontchannel_logout_session_required', flagField],
  ['backChannelLogoutURI', 'backchannel_logout_uri', textField],
  ['backChannelLogoutSessionRequired', 'backchannel_logout_session_required', flagField],
  ['skipConsent', 'skip_consent', flagField],
  ['skipLogoutConsent', 'skip_logout_consent', flagField],
];

function clientOf(spec: JsonObject): JsonObject {
  const client: Record<string, unknown> = {};
  for (const [field, member, read] of members) {
    const value = read(spec, field);
    // An empty list is nothing said: the server's own choice, as with hydra-maester.
    if (value !== undefined && !(Array.isArray(value) && value.length === 0)) client[member] = value;
  }
  const scope = [...textsField(spec, 'scopeArray'), textField(spec, 'scope') ?? ''].join(' ').trim();
  return {
    ...client,
    ...(scope === '' ? {} : { scope }),
    metadata: objectField(spec, 'metadata'),
    ...objectField(spec, 'tokenLifespans'),
  };
}

/** @param ignoreHydraAdmin `controller.ignore_hydra_admin` */
export function hydraKind(ignoreHydraAdmin: boolean): Kind {
  return {
    group: 'hydra.ory.sh',
    // Hydra-maester's, so that resources that it has kept can go.
    finalizer: 'finalizer.ory.hydra.sh',
    // So are the clients that came from there.
    ownerOf: (namespace, name) => `${name}/${namespace}`,
    keepsClient: ({ deletionPolicy }) => deletionPolicy === 'orphan',
    wishOf(spec) {
      const elsewhere = textField(objectField(spec, 'hydraAdmin'), 'url');
      if (elsewhere !== undefined && !ignoreHydraAdmin) {
        throw new Refusal(
          'InvalidHydraAddress',
          'spec.hydraAdmin.url names a server, and this controller serves one only: leave it out, or have all of them ignored (clientResources.ignoreHydraAdmin)',
        );
      }
      return {
        client: clientOf(spec),
        secretName: secretNameOf(spec),
        clientId: undefined,
        requireExistingSecret: flagField(spec, 'requireExistingSecret'),
        hasSecret: provesBySecret(textField(spec, 'tokenEndpointAuthMethod')),
      };
    },
  };
}
