// A client's metadata as the rules see it: the members of RFC 7591 §2, OpenID Connect Dynamic Client Registration §2 and
// Hydra's own, named and typed as in cardea.client.v1.Client, so that the one can be taken for the other.

/** Lifetimes per grant and token, milliseconds; absent means the server's. */
export interface LifespansDocument {
  authorizationCodeGrantAccessTokenMillis?: number | undefined;
  authorizationCodeGrantIdTokenMillis?: number | undefined;
  authorizationCodeGrantRefreshTokenMillis?: number | undefined;
  clientCredentialsGrantAccessTokenMillis?: number | undefined;
  implicitGrantAccessTokenMillis?: number | undefined;
  implicitGrantIdTokenMillis?: number | undefined;
  jwtBearerGrantAccessTokenMillis?: number | undefined;
  refreshTokenGrantAccessTokenMillis?: number | undefined;
  refreshTokenGrantIdTokenMillis?: number | undefined;
  refreshTokenGrantRefreshTokenMillis?: number | undefined;
  deviceAuthorizationGrantAccessTokenMillis?: number | undefined;
  deviceAuthorizationGrantIdTokenMillis?: number | undefined;
  deviceAuthorizationGrantRefreshTokenMillis?: number | undefined;
}

/** Empty texts, lists and buffers mean absent. */
export interface ClientDocument {
  clientId: string;
  clientName: string;
  redirectUris: string[];
  grantTypes: string[];
  responseTypes: string[];
  scope: string;
  audience: string[];
  owner: string;
  contacts: string[];
  policyUri: string;
  tosUri: string;
  clientUri: string;
  logoUri: string;
  allowedCorsOrigins: string[];
  subjectType: string;
  sectorIdentifierUri: string;
  /** JSON. */
  jwksJson: Buffer;
  jwksUri: string;
  tokenEndpointAuthMethod: string;
  tokenEndpointAuthSigningAlg: string;
  requestUris: string[];
  requestObjectSigningAlg: string;
  idTokenSignedResponseAlg: string;
  userinfoSignedResponseAlg: string;
  idTokenEncryptedResponseAlg: string;
  idTokenEncryptedResponseEnc: string;
  userinfoEncryptedResponseAlg: string;
  userinfoEncryptedResponseEnc: string;
  frontchannelLogoutUri: string;
  frontchannelLogoutSessionRequired: boolean;
  backchannelLogoutUri: string;
  backchannelLogoutSessionRequired: boolean;
  postLogoutRedirectUris: string[];
  /** JSON of any kind. */
  metadataJson: Buffer;
  accessTokenStrategy: string;
  accessTokenSignedResponseAlg: string;
  skipConsent: boolean;
  skipLogoutConsent?: boolean | undefined;
  logoutRevokesTokens?: boolean | undefined;
  lifespans?: LifespansDocument | undefined;
  createdAt?: Date | undefined;
  updatedAt?: Date | undefined;
  defaultMaxAgeSeconds?: number | undefined;
  requireAuthTime: boolean;
  defaultAcrValues: string[];
  applicationType: string;
  initiateLoginUri: string;
  /** Whether the client registered itself. */
  dynamicallyRegistered: boolean;
}

/** A client about which nothing was said. */
export function emptyClient(): ClientDocument {
  return {
    clientId: '',
    clientName: '',
    redirectUris: [],
    grantTypes: [],
    responseTypes: [],
    scope: '',
    audience: [],
    owner: '',
    contacts: [],
    policyUri: '',
    tosUri: '',
    clientUri: '',
    logoUri: '',
    allowedCorsOrigins: [],
    subjectType: '',
    sectorIdentifierUri: '',
    jwksJson: Buffer.alloc(0),
    jwksUri: '',
    tokenEndpointAuthMethod: '',
    tokenEndpointAuthSigningAlg: '',
    requestUris: [],
    requestObjectSigningAlg: '',
    idTokenSignedResponseAlg: '',
    userinfoSignedResponseAlg: '',
    idTokenEncryptedResponseAlg: '',
    idTokenEncryptedResponseEnc: '',
    userinfoEncryptedResponseAlg: '',
    userinfoEncryptedResponseEnc: '',
    frontchannelLogoutUri: '',
    frontchannelLogoutSessionRequired: false,
    backchannelLogoutUri: '',
    backchannelLogoutSessionRequired: false,
    postLogoutRedirectUris: [],
    metadataJson: Buffer.alloc(0),
    accessTokenStrategy: '',
    accessTokenSignedResponseAlg: '',
    skipConsent: false,
    requireAuthTime: false,
    defaultAcrValues: [],
    applicationType: '',
    initiateLoginUri: '',
    dynamicallyRegistered: false,
  };
}
