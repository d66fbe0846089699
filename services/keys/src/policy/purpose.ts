// What may be signed: each purpose bound to its key set and `typ` (RFC 8725 §3.11-§3.12), so that no token passes for another.
import type { KeySetName } from '@cardea/oauth';

export interface Purpose {
  /** For metrics and messages. */
  readonly name: 'id_token' | 'access_token' | 'userinfo' | 'logout_token' | 'credential' | 'attestation';
  readonly keySet: KeySetName;
  /** `typ` of the JOSE header. */
  readonly typ: 'JWT' | 'at+jwt' | 'logout+jwt' | 'cardea-attestation+jwt';
}

export const idToken: Purpose = { name: 'id_token', keySet: 'hydra.openid.id-token', typ: 'JWT' };

/** RFC 9068 §2.1. */
export const accessToken: Purpose = { name: 'access_token', keySet: 'hydra.jwt.access-token', typ: 'at+jwt' };

/** What Hydra's clients parse. */
export const hydraAccessToken: Purpose = { name: 'access_token', keySet: 'hydra.jwt.access-token', typ: 'JWT' };

export const userinfo: Purpose = { name: 'userinfo', keySet: 'hydra.openid.id-token', typ: 'JWT' };

/** OpenID Connect Back-Channel Logout §2.4. */
export const logoutToken: Purpose = { name: 'logout_token', keySet: 'hydra.openid.id-token', typ: 'logout+jwt' };

/** W3C VC Data Model 1.1 §6.3.1. */
export const credential: Purpose = { name: 'credential', keySet: 'hydra.openid.id-token', typ: 'JWT' };

/** What the signer says of itself: a type of its own, so that it never passes for a token. */
export const attestation: Purpose = {
  ...{ name: 'attestation', keySet: 'hydra.openid.id-token', typ: 'cardea-attestation+jwt' },
};
