// UUIDs between their text, which people and tables see, and the 16 bytes that handles carry (RFC 9562).

/** A random UUID (version 4). */
export function randomUuid(random: (bytes: number) => Buffer): string {
  const bytes = random(16);
  bytes.writeUInt8(((bytes[6] ?? 0) & 0x0f) | 0x40, 6);
  bytes.writeUInt8(((bytes[8] ?? 0) & 0x3f) | 0x80, 8);
  return uuidText(bytes);
}

export function uuidText(bytes: Buffer): string {
  const hex = bytes.toString('hex', 0, 16);
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-');
}

export function uuidBytes(text: string): Buffer {
  return Buffer.from(text.replaceAll('-', ''), 'hex');
}
