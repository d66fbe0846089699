// What a run of the cluster leaves to be told: a line a step, with what was counted.

export interface Line {
  readonly step: string;
  readonly seconds: number;
  /** In words, for people. */
  readonly found: string;
}

export interface Outcome {
  readonly versions: Readonly<Record<string, string>>;
  /** The processors of the machine. */
  readonly processors: number;
  readonly lines: readonly Line[];
}

export type Report = (found: string) => void;

export interface Steps {
  /** Times it, prints it, keeps what it found. @throws what the work throws, with the step's name */
  step<T>(name: string, work: (found: Report) => Promise<T>): Promise<T>;
  readonly lines: readonly Line[];
}

/** @param began from when the clock in front of each line counts */
export function createSteps(began: number): Steps {
  const lines: Line[] = [];
  const say = (sentence: string): void => {
    process.stdout.write(`${String(Math.round((Date.now() - began) / 1000)).padStart(4)} s  ${sentence}\n`);
  };
  return {
    lines,
    async step(name, work) {
      const at = Date.now();
      const found: string[] = [];
      say(`== ${name}`);
      try {
        return await work((sentence) => {
          found.push(sentence);
          say(`   ${sentence}`);
        });
      } catch (error) {
        throw new Error(`${name}: ${(error as Error).message}`, { cause: error });
      } finally {
        lines.push({ step: name, seconds: (Date.now() - at) / 1000, found: found.join('; ') });
      }
    },
  };
}
