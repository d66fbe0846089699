// The provider's metadata: only what is true now (OpenID Connect Discovery §3, RFC 8414 §2).
import { jwsAlgorithms } from './algorithms.js';
import { contentEncryptionAlgorithms, keyManagementAlgorithms } from './client/encryption.js';

/** What is switched on. */
export interface ProviderFeatures {
  readonly responseTypes: readonly string[];
  readonly subjectTypes: readonly string[];
  /** Whether requests may come as signed objects, and as registered addresses of some. */
  readonly requestByValue: boolean;
  readonly requestByReference: boolean;
  /** JWS algorithms of request objects, `none` among them where it is accepted. */
  readonly requestObjectAlgorithms: readonly string[];
  /** Whether `check_session_iframe` is there. */
  readonly sessionManagement: boolean;
  /** Whether clients may register themselves. */
  readonly registration: boolean;
  /** What the operator has said instead, or besides. */
  readonly announced: Announced;
}

/** Members that the operator decides: endpoints that something before us serves, and what the login app gives. */
export interface Announced {
  /** By name of the member. */
  readonly endpoints: Readonly<Record<string, string>>;
  readonly scopes: readonly string[];
  readonly claims: readonly string[];
  /** Whether Hydra's own members, which no standard has, stand there too. */
  readonly hydraMembers: boolean;
}

/** What the document is made of. */
export interface ProviderFacts {
  /** Stands in the document byte for byte. */
  readonly issuer: string;
  /** Base of the public endpoints, without a slash at its end. */
  readonly publicUrl: string;
  readonly grantTypes: readonly string[];
  readonly authenticationMethods: readonly string[];
  /** JWS algorithms of the assertions that clients authenticate by. */
  readonly assertionAlgorithms: readonly string[];
  /** JWS algorithms that have a key which signs ID tokens now. */
  readonly idTokenAlgorithms: readonly string[];
  readonly features: ProviderFeatures;
  readonly scopes: readonly string[];
  readonly claims: readonly string[];
}

/** The document, ready to be serialised. Endpoints that do not exist are not told. */
export function providerMetadata(facts: ProviderFacts): Readonly<Record<string, unknown>> {
  const { issuer, publicUrl, authenticationMethods, idTokenAlgorithms, features } = facts;
  const { announced } = features;
  const at = (path: string) => publicUrl + path;
  return {
    issuer,
    authorization_endpoint: at('/oauth2/auth'),
    device_authorization_endpoint: at('/oauth2/device/auth'),
    token_endpoint: at('/oauth2/token'),
    userinfo_endpoint: at('/userinfo'),
    jwks_uri: at('/.well-known/jwks.json'),
    ...(features.registration && { registration_endpoint: at('/oauth2/register') }),
    revocation_endpoint: at('/oauth2/revoke'),
    introspection_endpoint: at('/oauth2/introspect'),
    end_session_endpoint: at('/oauth2/sessions/logout'),
    frontchannel_logout_supported: true,
    frontchannel_logout_session_supported: true,
    backchannel_logout_supported: true,
    backchannel_logout_session_supported: true,
    ...(features.sessionManagement && { check_session_iframe: at('/oauth2/sessions/check') }),
    ...announced.endpoints,
    scopes_supported: [...new Set([...facts.scopes, ...announced.scopes])],
    claims_supported: [...new Set([...facts.claims, ...announced.claims])],
    response_types_supported: features.responseTypes,
    response_modes_supported: ['query', 'fragment', 'form_post'],
    grant_types_supported: facts.grantTypes,
    subject_types_supported: features.subjectTypes,
    id_token_signing_alg_values_supported: idTokenAlgorithms,
    userinfo_signing_alg_values_supported: ['none', ...idTokenAlgorithms],
    ...(announced.hydraMembers && {
      credentials_endpoint_draft_00: at('/credentials'),
      credentials_supported_draft_00: [
        {
          format: 'jwt_vc_json',
          types: ['VerifiableCredential', 'UserInfoCredential'],
          cryptographic_binding_methods_supported: ['jwk'],
          cryptographic_suites_supported: [...jwsAlgorithms.keys()],
        },
      ],
      id_token_signed_response_alg: idTokenAlgorithms.slice(0, 1),
      userinfo_signed_response_alg: idTokenAlgorithms.slice(0, 1),
    }),
    id_token_encryption_alg_values_supported: keyManagementAlgorithms,
    id_token_encryption_enc_values_supported: contentEncryptionAlgorithms,
    userinfo_encryption_alg_values_supported: keyManagementAlgorithms,
    userinfo_encryption_enc_values_supported: contentEncryptionAlgorithms,
    token_endpoint_auth_methods_supported: authenticationMethods,
    token_endpoint_auth_signing_alg_values_supported: facts.assertionAlgorithms,
    revocation_endpoint_auth_methods_supported: authenticationMethods,
    revocation_endpoint_auth_signing_alg_values_supported: facts.assertionAlgorithms,
    introspection_endpoint_auth_methods_supported: authenticationMethods.filter((method) => method !== 'none'),
    introspection_endpoint_auth_signing_alg_values_supported: facts.assertionAlgorithms,
    code_challenge_methods_supported: ['S256'],
    authorization_response_iss_parameter_supported: true,
    prompt_values_supported: ['none', 'login', 'consent', 'select_account', 'create'],
    claims_parameter_supported: true,
    request_parameter_supported: features.requestByValue,
    request_uri_parameter_supported: features.requestByReference,
    require_request_uri_registration: true,
    ...((features.requestByValue || features.requestByReference) && {
      request_object_signing_alg_values_supported: features.requestObjectAlgorithms,
    }),
  };
}
