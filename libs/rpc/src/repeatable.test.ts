// Every method of every contract was decided about: repeated when its answer is lost, or never.
import { expect, test } from '@jest/globals';
import * as contracts from './contracts.js';
import { repeatablePaths } from './repeatable.js';

/** Whoever has lost the answer of one of these does not know what happened, and is told so (ARCHITECTURE §2 law 10). */
const never: Readonly<Record<string, readonly string[]>> = {
  'cardea.audit.v1.AuditService': ['RecordEvent'],
  'cardea.audit.v1.EventStreamService': ['ReportRefusals'],
  'cardea.audit.v1.SignatureFindingService': ['AcknowledgeFinding'],
  'cardea.authorization.v1.AuthorizationService': ['Authorize', 'EndSession', 'AuthorizeDevice', 'VerifyUserCode'],
  'cardea.authorization.v1.InteractionService': [
    ...['AcceptLoginRequest', 'RejectLoginRequest', 'AcceptConsentRequest', 'RejectConsentRequest'],
    ...['AcceptLogoutRequest', 'RejectLogoutRequest', 'AcceptUserCode'],
  ],
  'cardea.client.v1.ClientRegistrationService': ['RegisterClient', 'UpdateRegistration', 'DeleteRegistration'],
  'cardea.client.v1.ClientService': [
    ...['CreateClient', 'SetClient', 'DeleteClient', 'SetClientLifespans', 'RotateClientSecret'],
    ...['DropRotatedClientSecrets', 'RevokeClientTokens'],
  ],
  'cardea.job.v1.JobService': ['RetryJob', 'RetryFailedJobs', 'DrainFailedJobs'],
  'cardea.keys.v1.JsonWebKeyService': ['CreateJsonWebKey', 'SetJsonWebKeys', 'SetJsonWebKey', 'DeleteJsonWebKeys'],
  'cardea.keys.v1.KeyAdminService': ['CreateKey', 'ImportKey', 'PromoteKey', 'RetireKey', 'DestroyKey'],
  // The stream itself; its items are of the methods above.
  'cardea.rpc.v1.StreamService': ['Exchange'],
  'cardea.session.v1.SessionService': [
    ...['RevokeConsents', 'RevokeLoginSessions', 'RevokeIssuedTokens', 'ResendLogoutDelivery'],
  ],
  'cardea.token.v1.TokenService': ['IssueToken', 'IssueCredential'],
  'cardea.trust.v1.TrustedIssuerService': ['TrustIssuer', 'DeleteTrustedIssuer'],
};

test('each method is in one of the two lists, and nothing else is', () => {
  const paths = Object.values(contracts)
    .flatMap((contract) => Object.values(contract) as unknown[])
    .flatMap((exported) =>
      typeof exported === 'object' && exported !== null ? (Object.values(exported) as unknown[]) : [],
    )
    .flatMap((member: unknown) => {
      const { path } = (typeof member === 'object' && member !== null ? member : {}) as { path?: unknown };
      return typeof path === 'string' && path.startsWith('/cardea.') ? [path] : [];
    });
  expect(paths.length).toBeGreaterThan(60);
  const decided = Object.entries(never).flatMap(([service, methods]) =>
    methods.map((method) => `/${service}/${method}`),
  );
  expect([...decided, ...repeatablePaths].sort()).toEqual([...paths].sort());
});
