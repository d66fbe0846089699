// What follows the configuration: swapped as a whole, refused as a whole, and closed when nobody can be using it.
import { describe, expect, test } from '@jest/globals';
import { implement, introspectionV1 } from '@cardea/rpc';
import { loadConfig } from './config/load.js';
import { followServices } from './follow-services.js';
import { createFollowing } from './follow.js';

const config = (level: string) => loadConfig({ env: { LOG_LEVEL: level } });

function following() {
  const stops: (() => Promise<void>)[] = [];
  const all = createFollowing(config('info'), {
    onStop: (close) => void stops.push(close),
    failed: (error) => {
      throw error;
    },
  });
  return { ...all, stop: () => Promise.all(stops.map((stop) => stop())) };
}

describe('a reload', () => {
  test('puts the new in the place of the former, which is closed in the end', async () => {
    const closed: string[] = [];
    const { follow, reload, stop } = following();
    const level = await follow(({ log }, onEnd) => {
      onEnd(() => void closed.push(log.level));
      return log.level;
    });
    expect(level()).toBe('info');
    await reload(config('debug'));
    // Requests that met the former one may be under way.
    expect([level(), closed]).toEqual(['debug', []]);
    await stop();
    expect(closed.sort()).toEqual(['debug', 'info']);
  });

  test('that one part cannot take up changes none, and leaves nothing open', async () => {
    const closed: string[] = [];
    const { follow, reload, stop } = following();
    const first = await follow(({ log }, onEnd) => {
      onEnd(() => void closed.push(`first ${log.level}`));
      return log.level;
    });
    const second = await follow(({ log }, onEnd) => {
      onEnd(() => void closed.push(`second ${log.level}`));
      if (log.level === 'debug') throw new Error('not with me');
      return log.level;
    });
    await expect(reload(config('debug'))).rejects.toThrow('not with me');
    expect([first(), second()]).toEqual(['info', 'info']);
    expect(closed).toEqual(['second debug', 'first debug']);
    await reload(config('warn'));
    expect([first(), second()]).toEqual(['warn', 'warn']);
    await stop();
  });
});

test('a call goes to the handlers of its moment', async () => {
  const { IntrospectionServiceService, IntrospectResponse } = introspectionV1;
  const served = (active: boolean) => [
    implement(IntrospectionServiceService, {
      introspect: () => Promise.resolve(IntrospectResponse.create({ active })),
      introspectBatch: () => Promise.reject(new Error('unused')),
    }),
  ];
  let current = served(false);
  const method = followServices(() => current)[0]?.methods.find(({ path }) => path.endsWith('/Introspect'));
  const call = { deadline: Infinity, signal: new AbortController().signal, caller: undefined, traceparent: '' };
  expect(await method?.handle({}, call)).toMatchObject({ active: false });
  current = served(true);
  expect(await method?.handle({}, call)).toMatchObject({ active: true });
});
