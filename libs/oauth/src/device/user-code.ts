// User codes: short enough to be typed on a phone, forgiving of how people type (RFC 8628 §6.1).

/** Which codes are made. */
export interface UserCodeForm {
  readonly length: number;
  /** The characters codes are made of, each once. */
  readonly characters: string;
}

/**
 * Hydra's presets. `high` and `medium` leave out vowels, so that no code spells a word, and what is read for something else;
 * `low` can be typed on a remote control.
 */
export const userCodePresets = {
  high: { length: 8, characters: 'BCDFGHJKLMNPQRSTVWXZ23456789' },
  medium: { length: 8, characters: 'BCDFGHJKLMNPQRSTVWXZ' },
  low: { length: 9, characters: '0123456789' },
} as const satisfies Record<string, UserCodeForm>;

/** How much longer a typed code may be than the real one, by separators; beyond that nobody looks at it. */
const longestFactor = 4;

/** Makes a code. @param random gives that many random bytes */
export function makeUserCode({ length, characters }: UserCodeForm, random: (bytes: number) => Buffer): string {
  // Bytes beyond the last whole multiple are thrown away: otherwise the first characters would come more often.
  const fair = 256 - (256 % characters.length);
  let code = '';
  while (code.length < length) {
    for (const byte of random(length * 2)) {
      if (byte < fair && code.length < length) code += characters.charAt(byte % characters.length);
    }
  }
  return code;
}

/**
 * What somebody typed in the one spelling codes have: separators gone, and letters in their case where the alphabet has them
 * in one case only.
 *
 * @returns undefined when it cannot be a code
 */
export function normaliseUserCode(typed: string, { length, characters }: UserCodeForm): string | undefined {
  if (typed.length > length * longestFactor) return undefined;
  const upper = characters.toUpperCase();
  const lower = characters.toLowerCase();
  const spelled = characters === upper ? typed.toUpperCase() : characters === lower ? typed.toLowerCase() : typed;
  let code = '';
  for (const character of spelled) {
    if (characters.includes(character)) code += character;
    else if (!/[\s\-\u2010-\u2015._\u00b7]/.test(character)) return undefined;
  }
  return code.length === length ? code : undefined;
}

/** What stands where a user code stood, in everything that is kept, shown or logged. */
export const maskedUserCode = '****';
