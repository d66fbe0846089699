// Peers that drain, die, come back and multiply: no call is lost that need not be, and none is carried out twice
// (performance §5 rule 2, ARCHITECTURE §2 law 10).
import { describe, expect, jest, test } from '@jest/globals';
import { clientOf, gate, peerOf, roads, serveEcho, socketPath, until } from './echo.fixture.js';

// For busy machines; nothing here depends on how fast anything is.
jest.setTimeout(30_000);

/** Counts how often each text was carried out. */
function ledger() {
  const counts = new Map<string, number>();
  return {
    counts,
    enter: (text: string) => void counts.set(text, (counts.get(text) ?? 0) + 1),
    most: () => Math.max(0, ...counts.values()),
  };
}

/** Two replicas that count what they are asked, and answer once the gate opens that holds them then. */
async function countingReplicas() {
  const counts = [0, 0];
  const seen = { counts, hold: gate(), asked: () => (counts[0] ?? 0) + (counts[1] ?? 0) };
  const serve = (which: number) =>
    serveEcho({
      async ask(said) {
        counts[which] = (counts[which] ?? 0) + 1;
        await seen.hold.promise;
        return said;
      },
    });
  const servers = await Promise.all([serve(0), serve(1)]);
  return { ...{ seen, servers }, addresses: servers.map(({ address }) => address) };
}

/** Calls without a break, `width` at a time, until told to stop. */
function load(call: (text: string) => Promise<unknown>, width: number) {
  let stopped = false;
  let done = 0;
  const failures: unknown[] = [];
  const worker = async (name: number): Promise<void> => {
    for (let i = 0; !stopped; i++) {
      await call(`${String(name)}.${String(i)}`).then(
        () => done++,
        (error: unknown) => {
          failures.push(error);
          stopped = true;
        },
      );
    }
  };
  const workers = Promise.all(Array.from({ length: width }, (_, name) => worker(name)));
  return {
    failures,
    /** Waits for this many more answers. */
    async more(count: number) {
      const target = done + count;
      await until(() => done >= target || failures.length > 0);
      expect(failures).toEqual([]);
    },
    async stop() {
      stopped = true;
      await workers;
    },
  };
}

describe.each(roads)('over %s', (_road, road) => {
  test('a replica that drains loses no call, and its clients go to the other', async () => {
    const seen = ledger();
    const ask = async ({ text }: { text: string }) => {
      seen.enter(text);
      await new Promise((resolve) => setTimeout(resolve, Math.random() * 4));
      return { text };
    };
    let servers = await Promise.all([serveEcho({ ask }), serveEcho({ ask })]);
    const client = clientOf(peerOf(servers.map(({ address }) => address)), road);
    const traffic = load((text) => client.ask({ text }), 16);
    await traffic.more(100);
    for (let round = 0; round < 5; round++) {
      const [leaving, staying] = servers;
      await leaving?.drain();
      await leaving?.close();
      await traffic.more(20);
      const address = leaving?.address ?? '';
      servers = [staying, await serveEcho({ ask, address })];
      // Both are back in use before the next one leaves.
      await traffic.more(20);
      await until(() => peerIsBack(address));
    }
    await traffic.stop();
    expect(traffic.failures).toEqual([]);
    expect(seen.most()).toBe(1);

    async function peerIsBack(address: string): Promise<boolean> {
      return peerOf([address]).ready();
    }
  });

  test('the only replica is replaced: calls wait for the next one', async () => {
    const seen = ledger();
    const ask = async ({ text }: { text: string }) => {
      seen.enter(text);
      await new Promise((resolve) => setTimeout(resolve, Math.random() * 4));
      return { text };
    };
    let server = await serveEcho({ ask });
    const client = clientOf(peerOf([server.address]), road);
    const traffic = load((text) => client.ask({ text }), 8);
    for (let round = 0; round < 5; round++) {
      await traffic.more(50);
      await server.drain();
      await server.close();
      server = await serveEcho({ ask, address: server.address });
    }
    await traffic.more(50);
    await traffic.stop();
    expect(traffic.failures).toEqual([]);
    expect(seen.most()).toBe(1);
  });

  test('a drain waits for the calls it has begun', async () => {
    const hold = gate();
    let begun = 0;
    const server = await serveEcho({
      ask(said) {
        begun++;
        return hold.promise.then(() => said);
      },
    });
    const client = clientOf(peerOf([server.address]), road);
    const calls = Array.from({ length: 50 }, (_, i) => client.ask({ text: String(i) }));
    await until(() => begun === 50);
    let drained = false;
    const drain = server.drain().then(() => (drained = true));
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(drained).toBe(false);
    hold.open();
    expect(await Promise.all(calls)).toHaveLength(50);
    await drain;
  });

  test.each([
    ['idempotent calls are asked once more', true],
    ['other calls are refused', false],
  ])('a peer is killed and comes back: %s', async (_name, idempotent) => {
    const address = `unix:${socketPath()}`;
    const seen = ledger();
    let hold = gate();
    const ask = async ({ text }: { text: string }) => {
      seen.enter(text);
      await hold.promise;
      return { text };
    };
    let server = await serveEcho({ ask, address });
    const client = clientOf(peerOf([address]), { ...road, idempotent: idempotent ? ['ask'] : [] });
    for (let round = 0; round < 5; round++) {
      hold = gate();
      seen.counts.clear();
      const calls = Array.from({ length: 20 }, (_, i) => client.ask({ text: String(i) }));
      await until(() => seen.counts.size === 20);
      await server.close();
      server = await serveEcho({ ask, address });
      if (idempotent) await until(() => [...seen.counts.values()].every((count) => count === 2));
      hold.open();
      const results = await Promise.allSettled(calls);
      for (const [i, result] of results.entries()) {
        expect(result).toMatchObject(
          idempotent
            ? { status: 'fulfilled', value: { text: String(i) } }
            : { status: 'rejected', reason: { code: 'temporarily_unavailable', status: 503 } },
        );
      }
      expect([...seen.counts.values()]).toEqual(Array(20).fill(idempotent ? 2 : 1));
      // The way back is open again before the next round.
      expect(await client.say({ text: 'back' })).toEqual({ text: 'back' });
    }
  });

  test('a call whose answer is lost twice is given up', async () => {
    const address = `unix:${socketPath()}`;
    const seen = ledger();
    const ask = ({ text }: { text: string }) => {
      seen.enter(text);
      return new Promise<never>(() => undefined);
    };
    let server = await serveEcho({ ask, address });
    const call = clientOf(peerOf([address]), { ...road, idempotent: ['ask'] }).ask({ text: 'a' });
    const [, result] = await Promise.all([
      (async () => {
        await until(() => seen.most() === 1);
        await server.close();
        server = await serveEcho({ ask, address });
        await until(() => seen.most() === 2);
        await server.close();
        server = await serveEcho({ ask, address });
      })(),
      Promise.allSettled([call]),
    ]);
    expect(result[0]).toMatchObject({ status: 'rejected', reason: { code: 'temporarily_unavailable' } });
    expect(seen.most()).toBe(2);
  });

  test('an unreachable peer is waited for a moment, then refused at once, and found when it is back', async () => {
    const address = `unix:${socketPath()}`;
    const client = clientOf(peerOf([address], { patienceMillis: 1_000 }), road);
    const refused = {
      code: 'temporarily_unavailable',
      status: 503,
      cause: expect.objectContaining({ message: expect.stringContaining('ENOENT') }),
    };
    await expect(client.say({ text: '' })).rejects.toMatchObject(refused);
    const twoTurns = new Promise((resolve) => setImmediate(() => setImmediate(() => resolve('two turns later'))));
    await expect(Promise.race([client.say({ text: '' }), twoTurns])).rejects.toMatchObject(refused);

    await serveEcho({ address });
    await until(() =>
      client.say({ text: 'a' }).then(
        () => true,
        () => false,
      ),
    );
  });

  test('the least busy replica is asked, and when one dies the other goes on', async () => {
    const { seen, servers, addresses } = await countingReplicas();
    const { counts, asked } = seen;
    const client = clientOf(peerOf(addresses), { ...road, idempotent: ['ask'] });
    await client.say({ text: 'open' });
    // Both are known once a held call has met each of them.
    await until(async () => {
      seen.hold = gate();
      counts.fill(0);
      const calls = [client.ask({ text: '' }), client.ask({ text: '' })];
      await until(() => asked() === 2);
      seen.hold.open();
      await Promise.all(calls);
      return counts[0] === 1;
    });

    seen.hold = gate();
    counts.fill(0);
    const calls = Array.from({ length: 40 }, (_, i) => client.ask({ text: String(i) }));
    await until(() => asked() === 40);
    expect(counts).toEqual([20, 20]);
    await servers[0]?.close();
    await until(() => counts[1] === 40);
    seen.hold.open();
    expect(await Promise.all(calls)).toHaveLength(40);
    expect(await client.ask({ text: 'later' })).toEqual({ text: 'later' });
  });

  test('a replica that lacks something gets nothing while another has all it needs', async () => {
    const ready = [true, true];
    const counts = [0, 0];
    const serve = (which: number) =>
      serveEcho({
        health: () => ready[which] === true,
        ask(said) {
          counts[which] = (counts[which] ?? 0) + 1;
          return Promise.resolve(said);
        },
      });
    const servers = await Promise.all([serve(0), serve(1)]);
    const client = clientOf(peerOf(servers.map(({ address }) => address)), road);
    /** Who answers when twenty are asked one after the other. */
    const asked = async () => {
      counts.fill(0);
      for (let call = 0; call < 20; call++) await client.ask({ text: '' });
      return counts.map((count) => count > 0);
    };
    const settles = (...who: boolean[]) => until(async () => String(await asked()) === String(who));
    await settles(true, true);
    ready[0] = false;
    await settles(false, true);
    // Rather one that may fail than none.
    ready[1] = false;
    await settles(true, true);
    ready[0] = true;
    await settles(true, false);
    ready[1] = true;
    await settles(true, true);
  });

  test('a peer that is closed refuses, and what it had asked is refused', async () => {
    const begun = gate();
    const { address } = await serveEcho({
      ask() {
        begun.open();
        return new Promise(() => undefined);
      },
    });
    const peer = peerOf([address]);
    const client = clientOf(peer, road);
    const call = client.ask({ text: '' });
    await begun.promise;
    await Promise.all([expect(call).rejects.toMatchObject({ code: 'temporarily_unavailable' }), peer.close()]);
    await expect(client.say({ text: '' })).rejects.toMatchObject({ code: 'temporarily_unavailable' });
    expect(peer.load.outstanding).toBe(0);
  });
});

test('gathered, everybody asks the same replica, and the other one as well once that has plenty in hand', async () => {
  const { seen, addresses } = await countingReplicas();
  const asks = async (client: ReturnType<typeof clientOf>, calls: number) => {
    const before = seen.asked();
    const held = Array.from({ length: calls }, () => client.ask({ text: '' }));
    await until(() => seen.asked() === before + calls);
    return held;
  };
  const inOrder = () => String(seen.counts.toSorted((a, b) => a - b));

  // Where this process stood still meanwhile, one looks slow and was rightly not enough: then again, with others.
  await until(async () => {
    seen.hold = gate();
    seen.counts.fill(0);
    const [one, other] = [addresses, addresses.toReversed()].map((each) =>
      clientOf(peerOf(each, { gather: true }), { hot: true }),
    );
    if (one === undefined || other === undefined) throw new Error('there are two');
    // Past the practice of the first sixteen calls, whoever of the two is connected by then.
    for (const client of [one, other]) for (let call = 0; call < 100; call++) await client.say({ text: '' });
    const held = [...(await asks(one, 20)), ...(await asks(other, 20))];
    const together = inOrder();
    held.push(...(await asks(one, 100)));
    const beyond = inOrder();
    seen.hold.open();
    await Promise.all(held);
    // Of the first client 64 are there by then, and the rest went where less was.
    return together === '0,40' && beyond === '56,84';
  });
});
