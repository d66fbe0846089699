// Structured logs: one JSON line an event, secrets struck out by name wherever they stand (security §2.8).
import { pino } from 'pino';

/** What services log with. Fields first, then a sentence. */
export interface Log {
  debug(fields: object, message: string): void;
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
  error(fields: object, message: string): void;
}

const secretNames = [
  'authorization', 'cookie', 'set-cookie', 'client_secret', 'client_assertion', 'assertion', 'code', 'code_verifier',
  'refresh_token', 'access_token', 'id_token', 'id_token_hint', 'token', 'password', 'request', 'login_challenge',
  'login_verifier', 'consent_challenge', 'consent_verifier', 'logout_challenge', 'logout_verifier', 'device_code',
  'user_code', 'registration_access_token', 'dsn', 'pin',
];

/** Opens the log of one process on standard output. */
export function openLog(name: string, level: string): Log {
  return pino({
    level,
    base: { service: name },
    timestamp: () => `,"time":"${new Date().toISOString()}"`,
    formatters: { level: (label) => ({ level: label }) },
    redact: {
      paths: secretNames.flatMap((secret) => [`["${secret}"]`, `*["${secret}"]`]),
      censor: '[redacted]',
    },
  });
}
