// Key sets of any name for tests, as the admin service sees them: over gRPC's handlers, with a registry and documents in a database.
import type { Handlers, jsonWebKeyV1 } from '@cardea/rpc';
import type { JsonWebKey } from 'node:crypto';
import { generateKeyPairSync, randomBytes } from 'node:crypto';
import type pg from 'pg';
import { createMissingKeys } from '../create-key.js';
import { createDocuments } from '../registry/documents.js';
import { openRegistry } from '../registry/registry.js';
import { jsonWebKeyHandlers } from '../rpc/json-web-key.js';
import { createSealedBackend } from '../sealed/backend.js';
import { createEnvelope } from '../sealed/envelope.js';
import { createDocumentSet } from './document-set.js';
import { createSigningSet } from './signing-set.js';

type Api = Handlers<typeof jsonWebKeyV1.JsonWebKeyServiceService>;

export const idTokens = 'hydra.openid.id-token';

const context = {} as never;
const json = (bytes: Uint8Array) => JSON.parse(Buffer.from(bytes).toString()) as JsonWebKey & Record<string, unknown>;
const bytes = (jwk: unknown) => Buffer.from(JSON.stringify(jwk));

export interface SetOptions {
  readonly keks?: Buffer[];
  readonly prePublishSeconds?: number;
  readonly reveal?: boolean;
  readonly answerWhenSigning?: boolean;
  readonly asksTwice?: boolean;
  readonly mlDsa?: boolean;
}

/** Signing sets and documents behind their contract, over one database. */
export function openSets({ pool, now }: { pool: pg.Pool; now: () => number }, options: SetOptions) {
  const { keks = [randomBytes(32)], prePublishSeconds = 3600, reveal = false, answerWhenSigning = false } = options;
  const { mlDsa = false, asksTwice = false } = options;
  const envelope = createEnvelope(keks, randomBytes);
  const backend = createSealedBackend({ envelope, mlDsa, now });
  const maker = { registry: openRegistry(pool), backend, now, random: randomBytes };
  const api: Api = jsonWebKeyHandlers({
    signing: createSigningSet({ maker, rules: { prePublishSeconds, reveal, answerWhenSigning, asksTwice } }),
    documents: createDocumentSet({
      documents: createDocuments({ pool, envelope, now }),
      canSeal: keks.length > 0,
      mlDsa,
      random: randomBytes,
    }),
    refresh: () => Promise.resolve(),
  });
  return {
    bootstrap: () => createMissingKeys(maker, [{ keySet: idTokens, algorithm: 'ES256' }]),
    create: async (keySet: string, key: { kid?: string; algorithm?: string; use?: string } = {}) => {
      const { kid = '', algorithm = 'ES256', use = '' } = key;
      const request = { keySet, keyId: kid, algorithm, use, includePrivate: true };
      return json((await api.createJsonWebKey(request, context)).jwkJson);
    },
    read: async (keySet: string, { kid = '', includePrivate = true } = {}) =>
      (await api.getJsonWebKeys({ keySet, keyId: kid, includePrivate }, context)).jwksJson.map(json),
    put: (keySet: string, jwk: unknown, confirmation = '') =>
      api.setJsonWebKey({ keySet, jwkJson: bytes(jwk), confirmation }, context),
    replace: (keySet: string, jwks: unknown[], confirmation = '') =>
      api.setJsonWebKeys({ keySet, jwksJson: jwks.map(bytes), confirmation }, context),
    remove: (keySet: string, kid = '', confirmation = '') =>
      api.deleteJsonWebKeys({ keySet, keyId: kid, confirmation }, context),
  };
}

export const pair = (kid: string) => ({
  ...generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey.export({ format: 'jwk' }),
  kid,
  alg: 'ES256',
  use: 'sig',
});
