// What a command fails with: one sentence for the person, and an exit code that scripts can tell apart.

/** Exit codes; 0 is success. They are documented in docs/cli.md and stay as they are. */
export const exitCodes = {
  /** The order was wrong, or it was refused. */
  refused: 1,
  /** `cardea apply --check` found that the server is not as the files say. */
  drift: 2,
  notFound: 3,
  /** No credential, or one that may not do this. */
  unauthorized: 4,
  /** Nobody answered, or what happened is not known. */
  unavailable: 5,
} as const;

/** A failure that was foreseen; the message says what is wrong and what to do about it. */
export class Failure extends Error {
  override readonly name = 'Failure';
  readonly exitCode: number;

  constructor(message: string, exitCode: number = exitCodes.refused, options?: ErrorOptions) {
    super(message, options);
    this.exitCode = exitCode;
  }
}
