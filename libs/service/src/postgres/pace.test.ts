// When a server that could not be reached is tried again, and by whom.
import { expect, test } from '@jest/globals';
import { createPace } from './pace.js';

const refusal = (message = 'connect ECONNREFUSED') => Object.assign(new Error(message), { code: 'ECONNREFUSED' });
const settled = () => new Promise((resolve) => setImmediate(resolve));

/** A server, and pauses that end when they are told to. */
function paced() {
  const pauses: { millis: number; end: () => void }[] = [];
  const sleep = (millis: number) => new Promise<void>((end) => pauses.push({ millis, end }));
  const attempts: { succeed: () => void; fail: (error: Error) => void }[] = [];
  const attempt = () => new Promise<void>((succeed, fail) => attempts.push({ succeed, fail }));
  const pace = createPace({ sleep, random: () => 1 });
  const fail = async () => {
    const failed = expect(pace(attempt)).rejects.toThrow();
    attempts.at(-1)?.fail(refusal());
    await failed;
  };
  return { pauses, attempts, connect: () => pace(attempt), fail };
}

test('while all is well everybody connects at once', async () => {
  const { attempts, connect, pauses } = paced();
  const all = [connect(), connect(), connect()];
  expect(attempts).toHaveLength(3);
  attempts.forEach(({ succeed }) => succeed());
  await Promise.all(all);
  expect(pauses).toEqual([]);
});

test('after a failure one tries again in its time; the others wait for that, and are told what it was told', async () => {
  const { attempts, pauses, connect, fail } = paced();
  await fail();
  const told = [connect(), connect(), connect()].map((one) => one.catch((error: unknown) => error));
  expect(attempts).toHaveLength(1);
  pauses[0]?.end();
  await settled();
  expect(attempts).toHaveLength(2);
  attempts[1]?.fail(refusal('the database system is starting up'));
  const [own, ...others] = (await Promise.all(told)) as Error[];
  expect(own).toMatchObject({ message: 'the database system is starting up' });
  for (const other of others)
    expect(other).toMatchObject({
      message: expect.stringMatching(/just now: the database system/),
      code: 'ECONNREFUSED',
    });
  expect(attempts).toHaveLength(2);
});

test('who waited connects when the one before has connected', async () => {
  const { attempts, pauses, connect, fail } = paced();
  await fail();
  const all = [connect(), connect()];
  pauses[0]?.end();
  await settled();
  expect(attempts).toHaveLength(2);
  attempts[1]?.succeed();
  await settled();
  expect(attempts).toHaveLength(3);
  attempts[2]?.succeed();
  await Promise.all(all);
});

test('pauses grow to a quarter of a second, and begin anew after a success', async () => {
  const { attempts, pauses, connect, fail } = paced();
  await fail();
  const round = async (outcome: 'fail' | 'succeed') => {
    const one = connect().catch((error: unknown) => error);
    pauses.at(-1)?.end();
    await settled();
    attempts.at(-1)?.[outcome](refusal());
    await one;
  };
  for (let count = 0; count < 5; count++) await round('fail');
  await round('succeed');
  await fail();
  await round('fail');
  expect(pauses.map(({ millis }) => millis)).toEqual([25, 50, 100, 200, 250, 250, 25]);
});
