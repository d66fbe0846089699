// ECDSA signatures between the spelling of OpenSSL (RFC 3279 §2.2.3) and that of JWS: r and s side by side (RFC 7518 §3.4).
// By hand, because Node 24 needs 25 µs for it, as much as for the signature itself.

/** Beyond it DER writes the length of a length. */
const longestShortForm = 0x7f;

/**
 * @param der a SEQUENCE of two INTEGERs, as node:crypto signs
 * @param partBytes of r and of s
 * @throws {RangeError} for anything else
 */
export function ecdsaFromDer(der: Buffer, partBytes: number): Buffer {
  const signature = Buffer.alloc(2 * partBytes);
  let at = (der[1] ?? 0) > longestShortForm ? 3 : 2;
  for (let end = partBytes; end <= signature.length; end += partBytes) {
    const length = der[at + 1] ?? 0;
    const next = at + 2 + length;
    // A number whose first bit is set has a zero before it; one that is small is shorter.
    const from = Math.max(at + 2, next - partBytes);
    if (der[at] !== 0x02 || length === 0 || length > partBytes + 1 || next > der.length)
      throw new RangeError('not an ECDSA signature in DER');
    der.copy(signature, end - (next - from), from, next);
    at = next;
  }
  if (at !== der.length) throw new RangeError('not an ECDSA signature in DER');
  return signature;
}

/** The opposite. @param signature r and s, of an even number of bytes that is not zero and 132 at most */
export function ecdsaToDer(signature: Buffer): Buffer {
  const middle = signature.length / 2;
  const parts = [numberOf(signature.subarray(0, middle)), numberOf(signature.subarray(middle))];
  const length = parts.reduce((sum, part) => sum + part.length, 0);
  const head = length > longestShortForm ? [0x30, longestShortForm + 2, length] : [0x30, length];
  return Buffer.concat([Buffer.from(head), ...parts]);
}

/** An INTEGER: as few bytes as it has, and a zero where it would be negative. */
function numberOf(part: Buffer): Buffer {
  let from = 0;
  while (from < part.length - 1 && part[from] === 0) from++;
  const zero = (part[from] ?? 0) > 0x7f ? 1 : 0;
  const number = Buffer.alloc(2 + zero + part.length - from);
  number[0] = 0x02;
  number[1] = number.length - 2;
  part.copy(number, 2 + zero, from);
  return number;
}
