// Runs the steps of a page one after the other in one shell, as a reader would, and says which of them did not do what the page says.
import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { matchesJson, matchesText, readJson } from './shown.js';
import type { Step } from './steps.js';
import type { Workplace } from './workplace.js';

const patienceMillis = 120_000;

/** @returns what went otherwise than the page says; the first failing command is the last that was run */
export async function runPage(steps: readonly Step[], workplace: Workplace, person: string): Promise<string[]> {
  const notes = mkdtempSync(path.join(os.tmpdir(), 'cardea-docs-notes-'));
  const note = (index: number, kind: string) => path.join(notes, `${String(index)}.${kind}`);
  try {
    const script = steps.map((step, index) => lines(step, person, (kind) => note(index, kind))).join('\n');
    writeFileSync(path.join(notes, 'page.sh'), `set -uo pipefail\n${script}\n`);
    await bash(path.join(notes, 'page.sh'), workplace);
    return findings(steps, (index, kind) => {
      const file = note(index, kind);
      return existsSync(file) ? readFileSync(file, 'utf8') : undefined;
    });
  } finally {
    rmSync(notes, { recursive: true, force: true });
  }
}

/** One step as the shell gets it: output and exit code go to files, and a code that is not expected ends the page. */
function lines({ command, loginApp, background, exit }: Step, person: string, note: (kind: string) => string): string {
  const app = loginApp === undefined ? '' : `curl -s --data-urlencode 'login-app=${loginApp}' ${person}`;
  const redirect = `>'${note('out')}' 2>'${note('err')}'`;
  if (background !== undefined) {
    return `${app}
{ ${command}
} ${redirect} </dev/null &
until curl -s -o '${note('first')}' '${background}'; do kill -0 $! || { echo 1 >'${note('code')}'; exit; }; sleep 0.1; done
echo 0 >'${note('code')}'`;
  }
  // In the shell itself, so that variables stay; `set -e` makes each command of a block count, an expected failure is caught.
  const body = exit === 0 ? `set -e\n${command}\nset +e` : `( set -e\n${command}\n)`;
  return `${app}
exec 3>&1 4>&2 ${redirect} </dev/null
trap 'echo $? >"${note('code')}"' EXIT
${body}
code=$?
trap - EXIT
exec 1>&3 2>&4
echo $code >'${note('code')}'
[ $code = ${String(exit)} ] || exit 1`;
}

/** Everything the page started ends with it. */
async function bash(file: string, { directory, env }: Workplace): Promise<void> {
  const child = spawn('bash', [file], { cwd: directory, env, stdio: 'ignore', detached: true });
  const end = () => {
    try {
      if (child.pid !== undefined) process.kill(-child.pid, 'SIGKILL');
    } catch {
      // Nobody is left.
    }
  };
  const timer = setTimeout(end, patienceMillis);
  await new Promise((resolve) => child.once('exit', resolve));
  clearTimeout(timer);
  end();
}

function findings(steps: readonly Step[], read: (index: number, kind: string) => string | undefined): string[] {
  for (const [index, step] of steps.entries()) {
    const [out = '', err = '', code] = ['out', 'err', 'code'].map((kind) => read(index, kind));
    const said = `${out}${err}`.trim().slice(0, 2_000);
    if (code === undefined) return [`${step.place}: did not end:\n${step.command}\n${said}`];
    if (Number(code) !== step.exit) {
      return [`${step.place}: exit code ${code.trim()}, not ${String(step.exit)}:\n${step.command}\n${said}`];
    }
    const wrong = step.shown === undefined ? undefined : difference(step.shown, out, `${out}${err}`);
    if (wrong !== undefined) return [`${step.place}: ${wrong}\n${step.command}`];
  }
  return [];
}

/** What differs between what is shown and what was said; text may be all of it, data is what a pipe would get. */
function difference({ kind, text: shown }: NonNullable<Step['shown']>, out: string, all: string): string | undefined {
  const both = `the page shows\n${shown}\nand the command said\n${(kind === 'text' ? all : out).slice(0, 4_000)}`;
  if (kind === 'text' && (matchesText(shown, out) || matchesText(shown, all))) return undefined;
  if (kind === 'yaml' && matchesText(shown, out)) return undefined;
  if (kind !== 'json') return both;
  let said: unknown[];
  try {
    said = readJson(out);
  } catch {
    return both;
  }
  const wanted = readJson(shown);
  return wanted.length === said.length && wanted.every((each, index) => matchesJson(each, said[index]))
    ? undefined
    : both;
}
