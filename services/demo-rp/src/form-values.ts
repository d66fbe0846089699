// Reads values of queries and forms as what they should be; a repeated or nested value is never mistaken for text.

/** The value if it was given once and says something. */
export function textOf(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}

/** One field of what came with a request. */
export function field(values: unknown, name: string): unknown {
  return typeof values === 'object' && values !== null ? (values as Record<string, unknown>)[name] : undefined;
}
