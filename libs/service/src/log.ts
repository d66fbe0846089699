// Structured logs: one JSON line an event, secrets struck out by name wherever they stand (security §2.8).
import type { LoggerOptions } from 'pino';
import { pino } from 'pino';
import type { LineWriter } from './log-lines.js';
import { gatherLines } from './log-lines.js';

/** What services log with. Fields first, then a sentence. */
export interface Log {
  debug(fields: object, message: string): void;
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
  error(fields: object, message: string): void;
}

const secretNames: ReadonlySet<string> = new Set([
  'authorization',
  'cookie',
  'set-cookie',
  'client_secret',
  'client_assertion',
  'assertion',
  'code',
  'code_verifier',
  'refresh_token',
  'access_token',
  'id_token',
  'id_token_hint',
  'token',
  'password',
  'request',
  'login_challenge',
  'login_verifier',
  'consent_challenge',
  'consent_verifier',
  'logout_challenge',
  'logout_verifier',
  'device_code',
  'user_code',
  'registration_access_token',
  'dsn',
  'pin',
]);

/** Strikes out secrets by name, at the top and one level below; pino's own redaction costs eight times a whole line. */
function struckOut(fields: Record<string, unknown>, depth = 0): Record<string, unknown> {
  let copy: Record<string, unknown> | undefined;
  for (const [name, value] of Object.entries(fields)) {
    let kept = value;
    if (secretNames.has(name)) kept = '[redacted]';
    else if (depth === 0 && isPlain(value)) kept = struckOut(value, 1);
    if (kept !== value) (copy ??= { ...fields })[name] = kept;
  }
  return copy ?? fields;
}

function isPlain(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && Object.getPrototypeOf(value) === Object.prototype;
}

/** Opens the log of one process, on standard output unless told otherwise. */
export function openLog(name: string, level: string, destination: LineWriter = gatherLines(pino.destination(1))): Log {
  const options: LoggerOptions = {
    level,
    base: { service: name },
    timestamp: () => `,"time":"${new Date().toISOString()}"`,
    formatters: { level: (label) => ({ level: label }), log: (fields) => struckOut(fields) },
  };
  return pino(options, destination);
}
