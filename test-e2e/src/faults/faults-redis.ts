// Faults of Redis: it forgets, dies, hangs, is slow, full, read-only, or another one than the neighbour's. It may cost speed, never
// truth (ARCHITECTURE §6).
import type { During, Fault } from './fault.js';
import { again, nothing } from './fault.js';
import type { House } from './house.js';

const caches = (house: House) => Object.values(house.wires.cache);

const fault = (id: string, how: string, inflict: (house: House, during: During) => Promise<void>): Fault => ({
  id,
  how,
  may: nothing,
  inflict,
});

export const redisFaults: readonly Fault[] = [
  fault('F10', 'FLUSHALL each second', async (house, during) => {
    during.note(
      `${String(await again(during, 1_000, async () => void (await house.cache.command('FLUSHALL'))))} times`,
    );
  }),
  fault('F12', 'kill -9 the cache Redis; it comes back empty', async (house, during) => {
    await house.cache.end('SIGKILL');
    await during.pause(during.millis);
    await house.cache.start();
  }),
  fault('F12', 'the cache is a black hole: packets vanish', async (house, during) => {
    for (const wire of caches(house)) wire.hang();
    await during.pause(during.millis);
    for (const wire of caches(house)) wire.mend();
  }),
  fault('F13', 'the cache answers 500 ms late, then 2 s', async (house, during) => {
    for (const millis of [500, 2_000]) {
      for (const wire of caches(house)) wire.slow(millis);
      await during.pause(during.millis / 2);
    }
    for (const wire of caches(house)) wire.mend();
  }),
  fault('F13', 'CLIENT PAUSE for two seconds, again and again', async (house, during) => {
    await again(during, 3_000, async () => void (await house.cache.command('CLIENT PAUSE 2000 ALL')));
  }),
  fault('F13', 'the cache is full: writes fail', async (house, during) => {
    await house.cache.command('CONFIG SET maxmemory 1');
    await during.pause(during.millis);
    await house.cache.command('CONFIG SET maxmemory 0');
  }),
  fault('F13', 'the cache is a replica that refuses writes', async (house, during) => {
    await house.cache.command(`REPLICAOF 127.0.0.1 ${String(house.spare.port)}`);
    await during.pause(during.millis);
    await house.cache.command('REPLICAOF NO ONE');
  }),
  fault('F14', 'each token service has a cache of its own, then the one of before again', async (house, during) => {
    house.wires.cache['token-2'].lead(house.spare.port);
    await during.pause(during.millis);
    house.wires.cache['token-2'].lead(house.cache.port);
  }),
  fault('F25', 'kill -9 the queue Redis; it comes back empty', async (house, during) => {
    await house.queue.end('SIGKILL');
    await during.pause(during.millis);
    await house.queue.start();
  }),
];
