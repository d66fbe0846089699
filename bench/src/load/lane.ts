// A lane is one of the callers that act at the same time: its connections to the public and to the admin API, of which there may be
// several.
import type { Target } from '../target.js';
import type { HttpAnswer } from './http-text.js';
import type { HttpConnection } from './http-connection.js';
import { createConnection } from './http-connection.js';

export interface Lane {
  readonly index: number;
  readonly public: HttpConnection;
  readonly admin: HttpConnection;
  /** To the public API again, opened anew for each request. */
  readonly anew: HttpConnection;
}

/** An answer that is not what it has to be; it fails the run. */
export class WrongAnswer extends Error {
  override readonly name = 'WrongAnswer';
}

export function openLanes(target: Pick<Target, 'public' | 'admin' | 'further'>, count: number): Lane[] {
  const publics = [target.public, ...(target.further?.public ?? [])];
  const admins = [target.admin, ...(target.further?.admin ?? [])];
  return Array.from({ length: count }, (_, index) => {
    const origin = publics[index % publics.length] as string;
    return {
      index,
      public: createConnection(origin),
      admin: createConnection(admins[index % admins.length] as string),
      anew: createConnection(origin, { anew: true }),
    };
  });
}

export function closeLanes(lanes: readonly Lane[]): void {
  for (const lane of lanes) {
    lane.public.close();
    lane.admin.close();
    lane.anew.close();
  }
}

/** The answer, if it has the status it must have. @throws {WrongAnswer} */
export function expectStatus(answer: HttpAnswer, status: number, what: string): HttpAnswer {
  if (answer.status === status) return answer;
  const said = answer.body.toString('utf8').slice(0, 300);
  throw new WrongAnswer(`${what}: ${String(answer.status)} instead of ${String(status)}: ${said}`);
}

/** Members of a JSON object. @throws {WrongAnswer} */
export function parseObject(text: string, what: string): Record<string, unknown> {
  try {
    const value = JSON.parse(text) as unknown;
    if (typeof value === 'object' && value !== null) return value as Record<string, unknown>;
  } catch {
    // Told below.
  }
  throw new WrongAnswer(`${what}: not a JSON object: ${text.slice(0, 300)}`);
}

/** A text member of a JSON object. @throws {WrongAnswer} */
export function textOf(object: Readonly<Record<string, unknown>>, member: string, what: string): string {
  const value = object[member];
  if (typeof value === 'string' && value !== '') return value;
  throw new WrongAnswer(`${what}: no ${member} in ${JSON.stringify(object).slice(0, 300)}`);
}

/** Does `count` pieces of work, on all lanes at once. @returns results in the order of their numbers */
export async function onLanes<T>(
  lanes: readonly Lane[],
  count: number,
  work: (lane: Lane, number: number) => Promise<T>,
): Promise<T[]> {
  const results: T[] = [];
  let next = 0;
  await Promise.all(
    lanes.map(async (lane) => {
      for (let number = next++; number < count; number = next++) results[number] = await work(lane, number);
    }),
  );
  return results;
}
