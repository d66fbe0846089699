// What somebody pastes may begin with a dash, as one challenge in 64 does: it is a word all the same.

/** No flag is that long, and no short one has such letters behind it. */
const pasted = /^-[\w-]{59,}$/;

/**
 * The words with what was pasted behind a `--`, where a command line means it as it stands.
 *
 * @param words as they came; a value that a flag before it may want stays where it is
 */
export function pastedLast(words: readonly string[]): readonly string[] {
  if (words.includes('--')) return words;
  const isPasted = (word: string, index: number): boolean =>
    pasted.test(word) && words[index - 1]?.startsWith('-') !== true;
  const behind = words.filter(isPasted);
  return behind.length === 0 ? words : [...words.filter((word, index) => !isPasted(word, index)), '--', ...behind];
}
