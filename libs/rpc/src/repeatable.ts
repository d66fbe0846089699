// Which methods may be carried out twice: a call of one is sent again to another replica when its answer was lost. Every method of
// every contract is here or in the list of the test beside this file, so that nobody adds one without deciding.

/** By service: methods that only read, or that say a request id or a state which makes the second time do nothing. */
const repeatable: Readonly<Record<string, readonly string[]>> = {
  'cardea.audit.v1.AuditService': ['ListEvents'],
  'cardea.audit.v1.EventStreamService': ['ReadEvents'],
  'cardea.audit.v1.SignatureFindingService': ['ListFindings'],
  'cardea.authorization.v1.InteractionService': ['GetLoginRequest', 'GetConsentRequest', 'GetLogoutRequest'],
  'cardea.client.v1.ClientOriginService': ['CheckOrigin'],
  'cardea.client.v1.ClientRegistrationService': ['ReadRegistration'],
  'cardea.client.v1.ClientService': ['GetClient', 'ListClients'],
  'cardea.job.v1.JobService': ['ListQueues', 'ListJobs', 'GetJob'],
  'cardea.keys.v1.JsonWebKeyService': ['GetJsonWebKeys'],
  'cardea.keys.v1.KeyAdminService': ['ListKeys', 'Attest', 'FindSignatures'],
  'cardea.keys.v1.SignatureRecordService': ['ListSignatures'],
  'cardea.keys.v1.KeyChangeService': ['ListKeyChanges'],
  // Each says its request id, and a signature is made once for each.
  'cardea.keys.v1.SigningService': [
    ...['SignIdToken', 'SignAccessToken', 'SignUserinfo', 'SignLogoutToken', 'SignCredential'],
    'ListPublicKeys',
  ],
  'cardea.session.v1.LogoutDeliveryService': ['PrepareLogoutDelivery'],
  'cardea.session.v1.SessionService': ['ListConsents', 'ListLogoutDeliveries'],
  'cardea.token.v1.IntrospectionService': ['Introspect', 'IntrospectBatch'],
  'cardea.token.v1.TokenService': [
    ...['RevokeToken', 'GetUserinfo', 'IntrospectToken', 'GetJsonWebKeySet', 'GetProviderMetadata'],
  ],
  'cardea.trust.v1.TrustedIssuerService': ['GetTrustedIssuer', 'ListTrustedIssuers'],
};

const paths = new Set(
  Object.entries(repeatable).flatMap(([service, methods]) => methods.map((method) => `/${service}/${method}`)),
);

/** @param path of the method, as gRPC spells it: `/package.Service/Method` */
export const isRepeatable = (path: string): boolean => paths.has(path);

/** All of them. */
export const repeatablePaths: readonly string[] = [...paths];
