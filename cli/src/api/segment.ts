// An id as one segment of a path: what would lead elsewhere is no id.
import { Failure } from '../failure.js';

/** @throws {Failure} for nothing, `.` and `..`, which URLs take for directions (RFC 3986 §5.2.4) */
export function segment(id: string): string {
  if (id === '' || id === '.' || id === '..') throw new Failure(`${JSON.stringify(id)} is no id`);
  return encodeURIComponent(id);
}
