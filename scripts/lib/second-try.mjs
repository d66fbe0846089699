// A few suites that failed are run once more, alone: what fails on a starved machine only is named as unsure, and what fails twice
// has failed.

/** More than these, and it is no accident. */
const atMost = 3;

/**
 * @param {import('./jest-run.mjs').Count} first
 * @param {(files: string[]) => Promise<import('./jest-run.mjs').Count>} run
 * @param {(sentence: string) => void} say
 * @returns {Promise<import('./jest-run.mjs').Count>} what counts
 */
export async function secondTry(first, run, say) {
  const { failures } = first;
  if (failures.length === 0 || failures.length > atMost) return first;
  say(`\n== once more, alone: ${String(failures.length)} suites that failed`);
  const second = await run(failures.map(({ file }) => file));
  for (const { file, tests } of failures) {
    if (second.failures.some((failure) => failure.file === file)) continue;
    say(`\nUNSURE: failed first, passed alone: ${[file, ...tests].join('\n  ')}`);
  }
  const before = failures.reduce((sum, { passed }) => sum + passed, 0);
  return { ...second, passed: first.passed - before + second.passed, skipped: first.skipped };
}
