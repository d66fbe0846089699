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

export function explainLogLine(line: Line): Finding[] {
  const said = (name: string) => (typeof line[name] === 'string' ? line[name] : '');
  const cause = line['err'] as { message?: unknown; code?: unknown } | undefined;
  const { error, service, time, msg } = {
    error: said('error'),
    service: said('service'),
    time: said('time'),
    msg: said('msg'),
  };
  return [
    note('logged by', `${service} at ${time}: ${msg}`),
    ...['method', 'path', 'client_id', 'request_id'].flatMap((name) =>
      said(name) === '' ? [] : [note(name, said(name))],
    ),
    ...(typeof cause?.message === 'string' ? [wrong('underneath', cause.message)] : []),
    ...(error === '' ? [] : explainError(error, said('error_description'))),
  ];
}
