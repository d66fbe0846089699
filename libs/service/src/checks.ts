// Readiness: the probes of what a service cannot work without, asked in parallel, bounded in time and remembered briefly.

/** Fails when the dependency does not answer. */
export type Probe = () => Promise<void>;

/** What each probe said; empty when all is well. */
export type Problems = Readonly<Record<string, string>>;

export interface Checks {
  add(name: string, probe: Probe): void;
  /** Problems by name of the probe. */
  problems(): Promise<Problems>;
}

const patienceMillis = 2_000;
const memoryMillis = 1_000;
/** A problem is forgotten sooner: what has just become possible should not wait. */
const problemMemoryMillis = 100;

/** @param now milliseconds of any origin */
export function createChecks(now: () => number): Checks {
  const probes = new Map<string, Probe>();
  let remembered: { until: number; answer: Promise<Problems> } | undefined;

  const ask = async (): Promise<Problems> => {
    const problems: Record<string, string> = {};
    await Promise.all(
      [...probes].map(async ([name, probe]) => {
        let timer: NodeJS.Timeout | undefined;
        const patience = new Promise<never>((_resolve, reject) => {
          timer = setTimeout(() => reject(new Error(`no answer within ${String(patienceMillis)} ms`)), patienceMillis);
        });
        // Called inside a promise: a probe that throws at once has failed like any other.
        const answer = Promise.resolve().then(probe);
        await Promise.race([answer, patience])
          .catch((error: unknown) => {
            problems[name] = error instanceof Error ? error.message : String(error);
          })
          .finally(() => clearTimeout(timer));
      }),
    );
    return problems;
  };

  return {
    add: (name, probe) => void probes.set(name, probe),
    problems() {
      if (remembered !== undefined && now() <= remembered.until) return remembered.answer;
      const asked = { until: now() + memoryMillis, answer: ask() };
      remembered = asked;
      void asked.answer.then((problems) => {
        if (Object.keys(problems).length > 0) asked.until = now() + problemMemoryMillis;
      });
      return asked.answer;
    },
  };
}
