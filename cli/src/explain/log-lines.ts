// Lines of logs that belong to an error id, and what they say.
import { readOrFail } from '../api/endpoint.js';
import { exitCodes, Failure } from '../failure.js';
import type { Finding } from '../findings/finding.js';
import { note, wrong } from '../findings/finding.js';
import { explainError } from './explain-error.js';

type Line = Readonly<Record<string, unknown>>;

/** @throws {Failure} when there is none, or nobody said where to look */
export function linesWith(id: string, files: readonly string[]): Line[] {
  if (files.length === 0) {
    throw new Failure(
      `an error id names a line of the services' logs: give them with --log FILE, or pipe the line in (grep ${id} … | cardea explain -)`,
    );
  }
  const found = files.flatMap((file) =>
    readOrFail(file)
      .toString('utf8')
      .split('\n')
      .flatMap((text) => (text.includes(id) ? lineOf(text) : [])),
  );
  if (found.length > 0) return found;
  throw new Failure(`no line of ${files.join(', ')} has the error id ${id}`, exitCodes.notFound);
}

function lineOf(text: string): Line[] {
  const begin = text.indexOf('{');
  try {
    return begin < 0 ? [] : [JSON.parse(text.slice(begin)) as Line];
  } catch {
    return [];
  }
}

const saidIn = (line: Line, name: string): string => {
  const value = line[name];
  return typeof value === 'string' ? value : '';
};

export function explainLogLine(line: Line): Finding[] {
  const error = saidIn(line, 'error');
  return [...factsOf(line), ...(error === '' ? [] : explainError(error, saidIn(line, 'error_description')))];
}

/** What the logs add to an error that is known already, or, where nobody gave them, where to look. */
export function explainErrorId(id: string | undefined, files: readonly string[] = []): Finding[] {
  if (id === undefined) return [];
  if (files.length > 0) return [note('error id', id), ...linesWith(id, files).flatMap(factsOf)];
  return [
    note('error id', id, { fix: `\`cardea explain ${id} --log FILE\` says what the log of the gateway has of it` }),
  ];
}

function factsOf(line: Line): Finding[] {
  const cause = line['err'] as { message?: unknown } | undefined;
  return [
    note('logged by', `${saidIn(line, 'service')} at ${saidIn(line, 'time')}: ${saidIn(line, 'msg')}`),
    ...['method', 'path', 'client_id', 'request_id'].flatMap((name) => {
      const value = saidIn(line, name);
      return value === '' ? [] : [note(name, value)];
    }),
    ...(typeof cause?.message === 'string' ? [wrong('underneath', cause.message)] : []),
  ];
}
