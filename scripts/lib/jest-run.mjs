// Runs jest over given files and counts what it found, down to suites that could not even be loaded.
import { spawn } from 'node:child_process';
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { endProcessesWith } from './leftovers.mjs';

/** Results are in, and still something is open that keeps jest from ending. */
const lingerMillis = 10_000;

/**
 * @param {{ root: string, files: string[], options: string[], workers: number, env: NodeJS.ProcessEnv,
 *   signal: AbortSignal }} run
 * @returns {Promise<Count>}
 *
 * @typedef {{ passed: number, failed: number, skipped: number, failures: { file: string, tests: string[], passed: number }[] }} Count
 *   `failures`: the suites that failed, the names of their failed tests, and how many of theirs passed
 */
export async function runJest({ root, files, options, workers, env, signal }) {
  const scratch = mkdtempSync(path.join(os.tmpdir(), 'cardea-jest-'));
  chmodSync(scratch, 0o711);
  const results = path.join(scratch, 'results.json');
  const args = [
    // Long enough for a busy machine: a test that hangs shall fail, one that waits its turn shall not.
    '--testTimeout=60000',
    '--json',
    `--outputFile=${results}`,
    `--maxWorkers=${workers}`,
    ...options,
    '--runTestsByPath',
    ...files,
  ];
  const jest = spawn(process.execPath, [path.join(root, 'node_modules/jest/bin/jest.js'), ...args], {
    cwd: root,
    // In a group of its own, so that demos which suites have started can be told to end together with it.
    detached: true,
    stdio: ['ignore', 2, 2],
    env: {
      ...env,
      // Its own place for files, which goes with the run, and by which its processes are known.
      TMPDIR: scratch,
      NODE_OPTIONS: `${env.NODE_OPTIONS ?? ''} --experimental-vm-modules --no-warnings`.trim(),
    },
  });
  const tell = (name) => {
    try {
      process.kill(-jest.pid, name);
    } catch {
      // All of the group have ended.
    }
  };
  const abort = () => tell('SIGINT');
  signal.addEventListener('abort', abort);
  let lingering = 0;
  const watch = setInterval(() => {
    if (!existsSync(results)) return;
    lingering += 500;
    if (lingering !== lingerMillis) return;
    process.stderr.write('a test left something open that keeps jest from ending; ending it\n');
    tell('SIGKILL');
  }, 500);
  const code = await new Promise((resolve) => jest.once('exit', resolve));
  clearInterval(watch);
  signal.removeEventListener('abort', abort);
  const left = await endProcessesWith(scratch);
  if (left.length > 0) process.stderr.write(`the tests left running, ended now:\n  ${left.join('\n  ')}\n`);
  try {
    // What is left open is said, and is no failure of what has run to its end.
    return count(results, lingering >= lingerMillis ? 0 : code);
  } finally {
    rmSync(scratch, { recursive: true, force: true, maxRetries: 20, retryDelay: 100 });
  }
}

/** @returns {Count} */
function count(results, code) {
  if (!existsSync(results)) return { passed: 0, failed: 1, skipped: 0, failures: [] };
  const report = JSON.parse(readFileSync(results, 'utf8'));
  const failed = report.numFailedTests + report.numRuntimeErrorTestSuites;
  return {
    passed: report.numPassedTests,
    // A run that says it failed has a failure, whatever it has counted.
    failed: failed === 0 && (code !== 0 || !report.success) ? 1 : failed,
    skipped: report.numPendingTests + report.numTodoTests,
    failures: report.testResults
      .filter((suite) => suite.status === 'failed')
      .map((suite) => ({
        file: suite.name,
        tests: suite.assertionResults.filter((test) => test.status === 'failed').map((test) => test.fullName),
        passed: suite.assertionResults.filter((test) => test.status === 'passed').length,
      })),
  };
}
