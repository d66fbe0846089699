// One hop of a flow as the page tells it: who spoke to whom, what was said with secrets masked, and how to say it by hand.

/** A parameter with the reason why it is there. */
export interface Explained {
  readonly name: string;
  readonly value: string;
  readonly meaning: string;
}

/** A hop. */
export interface Step {
  readonly title: string;
  /** Who speaks to whom. */
  readonly from: string;
  readonly to: string;
  readonly words: string;
  /** Epoch milliseconds. */
  readonly at: number;
  readonly millis?: number | undefined;
  readonly failed?: boolean | undefined;
  readonly parameters?: readonly Explained[] | undefined;
  /** The request and the answer as text, secrets masked. */
  readonly request?: string | undefined;
  readonly response?: string | undefined;
  readonly facts?: readonly string[] | undefined;
  /** The same by hand. */
  readonly curl?: string | undefined;
}
