// Files of JSON or YAML, or standard input under the name `-`, as values; mistakes are told with file and line.
import { LineCounter, parseAllDocuments } from 'yaml';
import { readOrFail } from './api/endpoint.js';
import { Failure } from './failure.js';
import type { Surroundings } from './main.js';

/** @throws {Failure} naming file and line */
export async function documentsOf(file: string, surroundings: Pick<Surroundings, 'input'>): Promise<unknown[]> {
  const source = file === '-' ? await surroundings.input() : readOrFail(file).toString('utf8');
  return parseDocuments(source, file === '-' ? 'standard input' : file);
}

/** @param name what mistakes are told of */
function parseDocuments(source: string, name: string): unknown[] {
  const lineCounter = new LineCounter();
  const parsed = parseAllDocuments(source, { lineCounter, prettyErrors: false });
  // An empty stream has no documents.
  const documents = Array.isArray(parsed) ? parsed : [];
  return documents.map((document) => {
    const [problem] = document.errors;
    if (problem !== undefined) {
      const { line } = lineCounter.linePos(problem.pos[0]);
      throw new Failure(`${name}:${String(line)}: ${problem.message.replace(/\s+/g, ' ')}`);
    }
    try {
      return document.toJS({ maxAliasCount: 100 }) as unknown;
    } catch (cause) {
      throw new Failure(`${name}: ${(cause as Error).message}`, undefined, { cause });
    }
  });
}

/** The one object of a file. @throws {Failure} when it holds something else */
export async function objectFrom(
  file: string,
  surroundings: Pick<Surroundings, 'input'>,
): Promise<Record<string, unknown>> {
  const documents = await documentsOf(file, surroundings);
  const [only] = documents;
  if (documents.length === 1 && isObject(only)) return only;
  throw new Failure(`${file}: must hold one object, as \`cardea get … --format json\` prints it`);
}

export const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
