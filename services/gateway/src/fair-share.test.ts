// One client's flood waits behind itself: whoever else asks is served before the flood's backlog (security catalogue F31, H12).
import { afterEach, describe, expect, test } from '@jest/globals';
import { tokenV1 } from '@cardea/rpc';
import { createFairShare } from './fair-share.js';
import type { StartedGateway } from './gateway.fixture.js';
import { startGateway } from './gateway.fixture.js';

const settled = () => new Promise((resolve) => setImmediate(resolve));

describe('shares', () => {
  /** Work that is done when it is told to. */
  function desk(bounds?: { underWay: number; least: number; waiting: number; waitMillis: number }) {
    const share = createFairShare(bounds);
    const begun: string[] = [];
    const finish = new Map<string, () => void>();
    const ask = (whose: string, name: string) =>
      share(whose, () => {
        begun.push(name);
        return new Promise<string>((resolve) => finish.set(name, () => resolve(name)));
      });
    return { ask, begun, finish: (name: string) => finish.get(name)?.() };
  }

  test('F31: another client begins at once, the flood goes on in its own order', async () => {
    const { ask, begun, finish } = desk({ underWay: 2, least: 2, waiting: 10, waitMillis: 60_000 });
    const flood = ['f1', 'f2', 'f3', 'f4'].map((name) => ask('flood', name));
    const other = ask('other', 'o1');
    expect(begun).toEqual(['f1', 'f2', 'o1']);
    finish('f2');
    await flood[1];
    await settled();
    expect(begun).toEqual(['f1', 'f2', 'o1', 'f3']);
    for (const name of ['o1', 'f1', 'f3']) finish(name);
    expect(await other).toBe('o1');
    await settled();
    finish('f4');
    expect(await Promise.all(flood)).toEqual(['f1', 'f2', 'f3', 'f4']);
  });

  test('F31: who is alone has everything; a flood has less of it as soon as others come, and all of it again when they have gone', async () => {
    const { ask, begun, finish } = desk({ underWay: 6, least: 2, waiting: 20, waitMillis: 60_000 });
    const flood = Array.from({ length: 9 }, (_, index) => ask('flood', `f${String(index)}`));
    expect(begun).toHaveLength(6);
    const others = ['a', 'b'].map((name) => ask(name, name));
    expect(begun.slice(6)).toEqual(['a', 'b']);
    // A third of it each: what the flood has above that ends, and nothing takes its place.
    for (const name of ['f0', 'f1', 'f2', 'f3']) finish(name);
    await Promise.all(flood.slice(0, 4));
    await settled();
    expect(begun.slice(8)).toEqual([]);
    finish('f4');
    await flood[4];
    await settled();
    expect(begun.slice(8)).toEqual(['f6']);
    for (const name of ['a', 'b']) finish(name);
    await Promise.all(others);
    finish('f5');
    await settled();
    expect(begun.slice(8)).toEqual(['f6', 'f7', 'f8']);
    for (const name of ['f6', 'f7', 'f8']) finish(name);
    expect(await Promise.all(flood)).toHaveLength(9);
  });

  test('what a client has waiting is bounded; failures pass the turn on too', async () => {
    const share = createFairShare({ underWay: 1, least: 1, waiting: 1, waitMillis: 60_000 });
    let fail = (): void => undefined;
    const first = share('flood', () => new Promise((_resolve, reject) => (fail = () => reject(new Error('broke')))));
    const second = share('flood', async () => 'second');
    await expect(share('flood', async () => 'third')).rejects.toMatchObject({ status: 503, retryAfterSeconds: 1 });
    fail();
    await expect(first).rejects.toThrow('broke');
    expect(await second).toBe('second');
    expect(await share('flood', async () => 'fourth')).toBe('fourth');
  });

  test('who waited too long is not served any more, and holds up nobody', async () => {
    const share = createFairShare({ underWay: 1, least: 1, waiting: 5, waitMillis: -1 });
    let done = (): void => undefined;
    const first = share('flood', () => new Promise<void>((resolve) => (done = resolve)));
    const late = [share('flood', async () => 'late'), share('flood', async () => 'later')];
    done();
    await first;
    for (const each of late) await expect(each).rejects.toMatchObject({ status: 503 });
    expect(await share('flood', async () => 'next')).toBe('next');
  });
});

describe('the token endpoint', () => {
  let gateway: StartedGateway;
  afterEach(() => gateway.stop());

  test('F31, H12: while one client floods it, the request of another is answered before the backlog', async () => {
    const seen: string[] = [];
    let release = (): void => undefined;
    const released = new Promise<void>((resolve) => (release = resolve));
    gateway = await startGateway({
      token: {
        issueToken: async ({ parameters }) => {
          const clientId = parameters.find(({ name }) => name === 'client_id')?.value ?? '';
          seen.push(clientId);
          if (clientId === 'flood') await released;
          return tokenV1.IssueTokenResponse.create({ accessToken: `token of ${clientId}`, tokenType: 'bearer' });
        },
      },
    });
    const ask = async (clientId: string) => {
      const response = await fetch(`${gateway.url}/oauth2/token`, {
        method: 'POST',
        body: new URLSearchParams({ grant_type: 'client_credentials', client_id: clientId }),
      });
      return { status: response.status, text: await response.text() };
    };
    const flood = Array.from({ length: 70 }, () => ask('flood'));
    const floodSeen = () => seen.filter((clientId) => clientId === 'flood').length;
    while (floodSeen() < 64) await settled();
    expect(await ask('other')).toMatchObject({ status: 200, text: expect.stringContaining('token of other') });
    expect([seen.indexOf('other'), floodSeen()]).toEqual([64, 64]);
    release();
    expect(new Set((await Promise.all(flood)).map(({ status }) => status))).toEqual(new Set([200]));
    expect(floodSeen()).toBe(70);
  }, 60_000);
});
