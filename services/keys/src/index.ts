// @cardea/keys: the isolated signer; alone touches private keys.
import { fileURLToPath } from 'node:url';

export type { Anchor, AuditVerdict } from './audit/verify.js';
export { verifyAudit } from './audit/verify.js';
export type { BootstrapResult, BootstrappedKey } from './bootstrap.js';
export { bootstrapKeys } from './bootstrap.js';
export type { Resealed } from './reseal.js';
export { resealKeys } from './reseal.js';
export { service } from './service.js';
export type { AttestationExpectations } from './verify-attestation.js';
export { verifyAttestation } from './verify-attestation.js';

/** The schema of the key registry. */
export const migrations: { readonly namespace: string; readonly directory: string } = {
  namespace: 'keys',
  directory: fileURLToPath(new URL('../migrations', import.meta.url)),
};
