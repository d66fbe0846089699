// Bytes that are kept: small buffers are slices of eight kilobytes that Node hands out piece by piece, and one slice that stays keeps
// them all. Two caches of a token service were five times as large for it.

/** @returns the same bytes in memory that holds nothing else: a copy, unless they have such already */
export function ownBytes(bytes: Buffer): Buffer {
  if (bytes.length === bytes.buffer.byteLength) return bytes;
  const own = Buffer.allocUnsafeSlow(bytes.length);
  bytes.copy(own);
  return own;
}
