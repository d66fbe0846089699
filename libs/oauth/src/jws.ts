// Compact JWS by hand: header and claims to signing input, signing input and signature to token (RFC 7515 §3.1, §5.1).

/** The JOSE header of everything Cardea signs. */
export interface JwsHeader {
  readonly alg: string;
  readonly kid: string;
  /** `JWT`, `at+jwt`, `logout+jwt`, ... (RFC 8725 §3.11). */
  readonly typ: string;
}

/** The header's segment, base64url; worth keeping, for it is the same for each signature of a key and purpose. */
export function headerSegment(header: JwsHeader): string {
  return Buffer.from(JSON.stringify({ alg: header.alg, kid: header.kid, typ: header.typ })).toString('base64url');
}

/** The claims' segment, base64url of their JSON in the order given; members that are undefined are left out. */
export function claimsSegment(claims: Readonly<Record<string, unknown>>): string {
  return Buffer.from(JSON.stringify(claims)).toString('base64url');
}

/** What is signed: ASCII(header . claims). */
export function signingInput(header: string, claims: string): string {
  return `${header}.${claims}`;
}

/** The finished token. */
export function compactJws(input: string, signature: Uint8Array): string {
  const bytes = Buffer.from(signature.buffer, signature.byteOffset, signature.byteLength);
  return `${input}.${bytes.toString('base64url')}`;
}
