// Applies a JSON Patch to client JSON: add, remove and replace, on members a caller may change, and nothing half
// (RFC 6902, hydra-wire §2.2, security catalogue A31).
import { OAuthError } from '@cardea/oauth';
import type { Operation } from 'fast-json-patch';
import jsonPatch from 'fast-json-patch';

const mostOperations = 1_000;
/** First members of paths that are not the caller's to change. */
const denied: ReadonlySet<string> = new Set([
  'id',
  'client_id',
  'client_secret_hash',
  // Hydra's column of a tenant.
  'nid',
  'rotated_secrets',
  'RotatedSecrets',
]);
/** Names that reach behind an object. */
const prototypes: ReadonlySet<string> = new Set(['__proto__', 'prototype', 'constructor']);

const refuse = (why: string, cause?: unknown) =>
  new OAuthError('invalid_request', `Unable to apply the JSON Patch: ${why}.`, cause === undefined ? {} : { cause });

/**
 * The document with the patch applied; the given one stays as it is.
 *
 * @throws {OAuthError} invalid_request for a patch that is malformed, denied, or does not fit the document
 */
export function patched(document: Readonly<Record<string, unknown>>, patch: unknown): unknown {
  if (!Array.isArray(patch)) throw refuse('it is not an array');
  if (patch.length > mostOperations) throw refuse(`it has more than ${String(mostOperations)} operations`);
  let result: unknown = structuredClone(document);
  for (const operation of patch.map(checked)) {
    try {
      result = jsonPatch.applyOperation(result, lenient(result, operation), true, true, true).newDocument;
    } catch {
      // The library's text quotes the whole document.
      throw refuse(`the operation ${operation.op} does not fit at ${printable(operation.path)}`);
    }
  }
  return result;
}

type Change = Extract<Operation, { op: 'add' | 'replace' | 'remove' }>;

function checked(operation: unknown): Change {
  const { op, path, value } = (typeof operation === 'object' && operation !== null ? operation : {}) as Record<
    string,
    unknown
  >;
  if (op !== 'add' && op !== 'replace' && op !== 'remove') throw refuse('only add, replace and remove are known');
  if (typeof path !== 'string' || !path.startsWith('/')) throw refuse('a path must begin with a slash');
  const segments = path
    .slice(1)
    .split('/')
    .map((segment) => segment.replaceAll('~1', '/').replaceAll('~0', '~'));
  if (denied.has(segments[0] ?? '') || segments.some((segment) => prototypes.has(segment))) {
    throw refuse(`${printable(path)} cannot be changed`);
  }
  if (op === 'remove') return { op, path };
  if (value === undefined) throw refuse(`the operation at ${printable(path)} has no value`);
  return { op, path, value };
}

/** Hydra lets `replace` bring in a member that is not there. */
function lenient(document: unknown, operation: Change): Change {
  if (operation.op !== 'replace') return operation;
  let there: unknown;
  try {
    there = jsonPatch.getValueByPointer(document, operation.path) as unknown;
  } catch {
    return operation;
  }
  return there === undefined ? { ...operation, op: 'add' } : operation;
}

const printable = (path: string) => path.replace(/[^\w./~-]/g, '?').slice(0, 80);
