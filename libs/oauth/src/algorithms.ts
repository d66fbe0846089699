// The one table of JWS algorithms, for signing and for verification, in software and on PKCS#11 (RFC 7518 §3.1, RFC 8037 §3.1,
// RFC 9964).
import { constants } from 'node:crypto';

/** Everything that differs between two JWS algorithms. */
export interface JwsAlgorithm {
  /** `alg` of the JOSE header. */
  readonly name: string;
  /** `kty` of a key that can serve it. */
  readonly keyType: 'RSA' | 'EC' | 'OKP' | 'AKP';
  /** `crv` of such a key; RSA has none. */
  readonly curve?: 'P-256' | 'P-384' | 'P-521' | 'Ed25519';
  /** Bytes of r and of s where those are the signature (RFC 7518 §3.4). */
  readonly partBytes?: number;
  /** Hash of `at_hash` and `c_hash` (OpenID Connect Core §3.1.3.6), by node's name. */
  readonly hash: 'sha256' | 'sha384' | 'sha512';
  /** What node:crypto's sign and verify take beside the key. */
  readonly node: NodeSignatureParameters;
  /** Undefined where PKCS#11 3.0 has no mechanism. */
  readonly pkcs11?: Pkcs11SignatureParameters;
}

/** First argument and key options of node:crypto's `sign` and `verify`. */
export interface NodeSignatureParameters {
  /** Null where the algorithm hashes for itself. */
  readonly digest: 'sha256' | 'sha384' | 'sha512' | null;
  readonly options: {
    readonly padding?: number;
    readonly saltLength?: number;
    /** JWS wants r and s side by side, not DER (RFC 7518 §3.4). */
    readonly dsaEncoding?: 'ieee-p1363';
  };
}

/** PKCS#11 mechanisms by name (PKCS#11 3.0 §2). */
export interface Pkcs11SignatureParameters {
  /** Makes a key pair. */
  readonly generate: 'CKM_RSA_PKCS_KEY_PAIR_GEN' | 'CKM_EC_KEY_PAIR_GEN' | 'CKM_EC_EDWARDS_KEY_PAIR_GEN';
  readonly sign: string;
  /** Whether the token is given the digest instead of the message: `CKM_ECDSA` is the one every token has. */
  readonly prehashed: boolean;
  /** For RSASSA-PSS. */
  readonly pss?: { readonly hash: string; readonly mask: string; readonly saltBytes: number };
}

type Size = 256 | 384 | 512;
const sizes: readonly Size[] = [256, 384, 512];

const rsa = (size: Size): JwsAlgorithm => ({
  name: `RS${String(size)}`,
  keyType: 'RSA',
  hash: `sha${size}`,
  node: { digest: `sha${size}`, options: { padding: constants.RSA_PKCS1_PADDING } },
  pkcs11: { generate: 'CKM_RSA_PKCS_KEY_PAIR_GEN', sign: `CKM_SHA${String(size)}_RSA_PKCS`, prehashed: false },
});

const pss = (size: Size): JwsAlgorithm => ({
  name: `PS${String(size)}`,
  keyType: 'RSA',
  hash: `sha${size}`,
  node: { digest: `sha${size}`, options: { padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: size / 8 } },
  pkcs11: {
    generate: 'CKM_RSA_PKCS_KEY_PAIR_GEN',
    sign: `CKM_SHA${String(size)}_RSA_PKCS_PSS`,
    prehashed: false,
    pss: { hash: `CKM_SHA${String(size)}`, mask: `CKG_MGF1_SHA${String(size)}`, saltBytes: size / 8 },
  },
});

const ecdsa = (size: Size, curve: 'P-256' | 'P-384' | 'P-521', partBytes: number): JwsAlgorithm => ({
  name: `ES${String(size)}`,
  keyType: 'EC',
  curve,
  partBytes,
  hash: `sha${size}`,
  node: { digest: `sha${size}`, options: { dsaEncoding: 'ieee-p1363' } },
  pkcs11: { generate: 'CKM_EC_KEY_PAIR_GEN', sign: 'CKM_ECDSA', prehashed: true },
});

const eddsa: JwsAlgorithm = {
  name: 'EdDSA',
  keyType: 'OKP',
  curve: 'Ed25519',
  hash: 'sha512',
  node: { digest: null, options: {} },
  pkcs11: { generate: 'CKM_EC_EDWARDS_KEY_PAIR_GEN', sign: 'CKM_EDDSA', prehashed: false },
};

const mlDsa = (parameters: 44 | 65 | 87): JwsAlgorithm => ({
  name: `ML-DSA-${String(parameters)}`,
  keyType: 'AKP',
  hash: 'sha512',
  node: { digest: null, options: {} },
});

/** What every Cardea can sign and verify with, by `alg`. `none` and HMAC are not among them, on purpose. */
export const jwsAlgorithms: ReadonlyMap<string, JwsAlgorithm> = new Map(
  [
    ...[...sizes.map(rsa), ...sizes.map(pss)],
    ...[ecdsa(256, 'P-256', 32), ecdsa(384, 'P-384', 48), ecdsa(512, 'P-521', 66)],
    eddsa,
  ].map((algorithm) => [algorithm.name, algorithm]),
);

/** The table's row for an `alg`, or undefined for one we do not speak. */
export function jwsAlgorithm(name: string): JwsAlgorithm | undefined {
  return jwsAlgorithms.get(name);
}

/** What only our own keys may sign with, where an operator wants it: newer than what most verifiers, and some Node, know. */
export const newAlgorithms: ReadonlyMap<string, JwsAlgorithm> = new Map(
  ([44, 65, 87] as const).map(mlDsa).map((algorithm) => [algorithm.name, algorithm]),
);

/** The row of an `alg` that a key of our own may have; strangers' signatures are held to `jwsAlgorithm`. */
export function ownAlgorithm(name: string): JwsAlgorithm | undefined {
  return jwsAlgorithms.get(name) ?? newAlgorithms.get(name);
}
