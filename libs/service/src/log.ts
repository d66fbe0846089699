// Structured logs: one JSON line an event, secrets struck out by name wherever they stand (security §2.8).
import { pino } from 'pino';
import { openDestination } from './log-destination.js';
import type { LineWriter } from './log-lines.js';
import { gatherLines } from './log-lines.js';

/** What services log with. Fields first, then a sentence. */
export interface Log {
  debug(fields: object, message: string): void;
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
  error(fields: object, message: string): void;
}

/** A log whose level can change while it is written. */
export interface OpenLog extends Log {
  /** @param level the least that is written from now on */
  setLevel(level: string): void;
  /** Tells how many lines standard output has not taken, each time it does not. */
  whenDropped(tell: (lines: number) => void): void;
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

/** Strikes out secrets by name, at the top and one level below. */
function struckOut(fields: Record<string, unknown>, depth = 0): Record<string, unknown> {
  let copy: Record<string, unknown> | undefined;
  for (const name in fields) {
    const value = fields[name];
    let kept = value;
    if (secretNames.has(name)) kept = '[redacted]';
    else if (value instanceof Error) kept = pino.stdSerializers.err(value);
    else if (depth === 0 && isPlain(value)) kept = struckOut(value, 1);
    if (kept !== value) (copy ??= { ...fields })[name] = kept;
  }
  return copy ?? fields;
}

function isPlain(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && Object.getPrototypeOf(value) === Object.prototype;
}

/** The members of an object as they stand between others, each after a comma. */
function members(fields: object): string {
  let text;
  try {
    text = JSON.stringify(struckOut(fields as Record<string, unknown>));
  } catch {
    // Nobody's request fails because of what there was to say about it.
    text = '{"fields":"[not JSON]"}';
  }
  return text === '{}' ? '' : `,${text.slice(1, -1)}`;
}

/** Tells the time as ISO 8601 does; all but the milliseconds are put together once a second. */
function createTimeText(): () => string {
  let second = 0;
  let untilDot = '';
  return () => {
    const now = Date.now();
    const current = Math.floor(now / 1_000);
    if (current !== second) {
      second = current;
      untilDot = new Date(now).toISOString().slice(0, -4);
    }
    return `${untilDot}${String(1_000 + (now % 1_000)).slice(1)}Z`;
  };
}

const levels = ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'];

/**
 * Opens the log of one process, on standard output unless told otherwise. Lines look as pino's do, which needs three times as
 * long for them.
 *
 * @param level the least that is written
 */
export function openLog(name: string, level: string, destination?: LineWriter): OpenLog {
  const standard = openDestination();
  const lines = destination ?? gatherLines(standard);
  const time = createTimeText();
  let least = levels.indexOf(level);
  const service = `","service":${JSON.stringify(name)}`;
  const at = (label: keyof Log) => {
    const rank = levels.indexOf(label);
    const begin = `{"level":"${label}","time":"`;
    return (fields: object, message: string): void => {
      if (rank < least) return;
      lines.write(`${begin}${time()}${service}${members(fields)},"msg":${JSON.stringify(message)}}\n`);
    };
  };
  const setLevel = (wanted: string): void => void (least = levels.indexOf(wanted));
  const { whenDropped } = standard;
  return { debug: at('debug'), info: at('info'), warn: at('warn'), error: at('error'), setLevel, whenDropped };
}
