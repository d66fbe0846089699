// Replicas of one service as one: `gateway` and `gateway-2`, as the benchmark calls them.

const numbered = /-(\d+)$/;

/** Adds up what replicas used or hold. */
export function byService(values: Readonly<Record<string, number>>): Record<string, number> {
  const sums: Record<string, number> = {};
  for (const [name, value] of Object.entries(values)) {
    const service = name.replace(numbered, '');
    sums[service] = (sums[service] ?? 0) + value;
  }
  return sums;
}

/** Which of the replicas it is, from 1. */
export const numberOf = (name: string): number => Number(numbered.exec(name)?.[1] ?? 1);
