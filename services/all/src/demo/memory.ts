// What keeps the memory of a service's process within bounds, for processes of the demo and those of images alike.

/** Megabytes of each half of the room for what is new. */
const semiSpaceMegabytes = { token: 16, others: 8 } as const;

/**
 * Variables of the environment; whoever sets them otherwise wins.
 *
 * - Two arenas of glibc's allocator instead of eight a core: threads of Node keep what they once had.
 * - The token service, which makes the most objects, has half as much room for what is new as Node 24 takes, which is what Node 20 takes: as
 *   fast as it can it then holds 133 MB instead of 168. Half of that again has more of them grow old, so that a refresh costs 8 to 10 % more.
 * - The others have a quarter: under load the four hold 635 MB instead of 687 and 699 (every scenario, two rounds), and discovery, introspection,
 *   authorize and signatures cost no more (four times four rounds of each, in turn).
 *
 * @param kind such as `token`, or `app` for what is no service
 */
export function memoryOf(kind: string) {
  const megabytes = kind === 'token' ? semiSpaceMegabytes.token : semiSpaceMegabytes.others;
  return { MALLOC_ARENA_MAX: '2', NODE_OPTIONS: `--max-semi-space-size=${String(megabytes)}` };
}
