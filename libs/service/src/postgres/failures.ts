// What a failure of PostgreSQL means: by the SQLSTATE it sent, or by the words of the driver, which have no code.

/** SQLSTATE of an error that PostgreSQL itself sent, or undefined for failures of the connection. */
export function sqlState(error: unknown): string | undefined {
  const { code, severity } = (error ?? {}) as { code?: unknown; severity?: unknown };
  // Errors of the system have codes too, and some look like one: EPIPE.
  return typeof severity === 'string' && typeof code === 'string' ? code : undefined;
}

/** Rolled back whole for the sake of somebody else's transaction (a deadlock, a conflict): the same may be done once more at once. */
export const lostConflict = (error: unknown): boolean => /^40(001|P01)$/.test(sqlState(error) ?? '');

/** The driver's words for it. */
export const silence = 'Query read timeout';

/** Whether the server said nothing for longer than any statement may take: whoever asks it anything more waits as long. */
export const saidNothing = (error: unknown): boolean => error instanceof Error && error.message === silence;

/** Classes 08 and 57P (connection, shutdown), 25006 (a standby), and whatever PostgreSQL did not say itself. */
export const doubtsServer = (error: unknown): boolean => /^(08|57P|25006)/.test(sqlState(error) ?? '08');

/** By class of SQLSTATE: a connection or a server that ended, deadlocks, no room, locks and statements that took too long. */
const passing = /^(08|40|53|55P03|57)/;
const lost = new RegExp(`^(${silence}|Connection terminated|Client has encountered a connection error)`);

/** Whether the same statement may well succeed in a moment; an error of somebody else's does not pass. */
export const isPassing = (error: unknown): boolean =>
  passing.test(sqlState(error) ?? '') || (error instanceof Error && lost.test(error.message));
