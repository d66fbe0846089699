// What keeps the memory of a service's process within bounds, for processes of the demo and those of images alike.

/**
 * Variables of the environment; whoever sets them otherwise wins.
 *
 * - Two arenas of glibc's allocator instead of eight a core: threads of Node keep what they once had.
 * - Half as much room for what is new as Node 24 takes, which is what Node 20 takes: a process that makes objects as fast as it can holds
 *   133 MB instead of 168, and the four services under load 803 MB instead of 918 (two rounds; a refresh may cost a few percent more CPU,
 *   which was too noisy to tell). Half of that again has more of them grow old, and needs more.
 */
export const memorySettings = {
  MALLOC_ARENA_MAX: '2',
  NODE_OPTIONS: '--max-semi-space-size=16',
} as const;
