// What somebody is told whose browser did not bring the cookie that began a flow: where the issuer is plain http, that is why.
import { OAuthError, redirectUriIsInsecure } from '@cardea/oauth';

export function lostCookie(issuer: string): OAuthError {
  if (!redirectUriIsInsecure(issuer)) return new OAuthError('request_forbidden');
  return new OAuthError(
    'request_forbidden',
    'The browser did not bring the cookie that began this flow, and the issuer is plain http: over http browsers keep no cookies of a login that crosses sites. Put TLS in front and make urls.self.issuer https.',
  );
}
