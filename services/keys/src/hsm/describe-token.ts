// What a PKCS#11 library says of itself, of its token and of a private key in it, in words for an auditor (PKCS#11 3.0 §5.4-§5.5).
import type { TokenDescription } from './messages.js';
import { TokenError } from './return-codes.js';
import type { TokenSession } from './token.js';

interface Version {
  readonly major: number;
  readonly minor: number;
}

/** As the library gave them, blanks and all. */
interface RawDescription {
  readonly library: {
    readonly libraryDescription: string;
    readonly libraryVersion: Version;
    readonly manufacturerID: string;
    readonly cryptokiVersion: Version;
  };
  readonly token: {
    readonly label: string;
    readonly serialNumber: string;
    readonly model: string;
    readonly manufacturerID: string;
    readonly hardwareVersion: Version;
    readonly firmwareVersion: Version;
  };
  readonly mechanisms: readonly number[];
}

const trimmed = (text: string) => text.replace(/[\0 ]+$/, '');
const versionOf = ({ major, minor }: Version) => `${String(major)}.${String(minor)}`;

/** @param numbers every name of PKCS#11 with its number */
export function describeToken(raw: RawDescription, numbers: Readonly<Record<string, number>>): TokenDescription {
  const names = new Map<number, string>();
  for (const [name, number] of Object.entries(numbers)) {
    if (name.startsWith('CKM_') && !names.has(number)) names.set(number, name);
  }
  const nameOf = (number: number) => names.get(number) ?? `0x${number.toString(16)}`;
  const { library, token, mechanisms } = raw;
  return {
    library: {
      description: trimmed(library.libraryDescription),
      version: versionOf(library.libraryVersion),
      manufacturer: trimmed(library.manufacturerID),
      pkcs11: versionOf(library.cryptokiVersion),
    },
    token: {
      label: trimmed(token.label),
      serial: trimmed(token.serialNumber),
      model: trimmed(token.model),
      manufacturer: trimmed(token.manufacturerID),
      hardware: versionOf(token.hardwareVersion),
      firmware: versionOf(token.firmwareVersion),
    },
    mechanisms: mechanisms.map(nameOf).sort(),
  };
}

/** `CKA_*` by the names they have in an attestation. */
const shown = {
  sign: 'CKA_SIGN',
  decrypt: 'CKA_DECRYPT',
  unwrap: 'CKA_UNWRAP',
  derive: 'CKA_DERIVE',
  sensitive: 'CKA_SENSITIVE',
  always_sensitive: 'CKA_ALWAYS_SENSITIVE',
  extractable: 'CKA_EXTRACTABLE',
  never_extractable: 'CKA_NEVER_EXTRACTABLE',
  // Made in the token, not brought into it.
  local: 'CKA_LOCAL',
} as const;

/** The attributes of a private key; one that the token does not know is left out. */
export function describeKey(session: TokenSession, privateKey: Buffer): Record<string, boolean> {
  const read = (attribute: string): boolean | undefined => {
    try {
      return session.attributes(privateKey, [attribute])[0]?.[0] === 1;
    } catch (error) {
      if (error instanceof TokenError && error.code === 'CKR_ATTRIBUTE_TYPE_INVALID') return undefined;
      throw error;
    }
  };
  const attributes: Record<string, boolean> = {};
  for (const [name, attribute] of Object.entries(shown)) {
    const value = read(attribute);
    if (value !== undefined) attributes[name] = value;
  }
  return attributes;
}
