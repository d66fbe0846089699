// The memory of contents answers for the bytes it has seen, and for no others.
import { expect, test } from '@jest/globals';
import type { TokenContent } from '@cardea/oauth';
import { rememberContents } from './content-memory.js';

/** Opens what says its own instant of issue, and counts. */
function setUp() {
  const opened: string[] = [];
  let time = 1_000_000;
  const find = rememberContents(
    (key, body) => {
      opened.push(`${key.toString()} ${body.toString()}`);
      if (body.length === 0) throw new Error('it does not open');
      return { authorization: { clientId: key.toString() }, issuedAt: Number(body) } as TokenContent;
    },
    () => time,
  );
  return {
    opened,
    find: (key: string, body: string) => find(Buffer.from(key), Buffer.from(body)).issuedAt,
    pass: (millis: number) => void (time += millis),
  };
}

test('the same bytes are opened once', () => {
  const { opened, find } = setUp();
  expect([find('a', '1'), find('a', '1'), find('b', '1'), find('a', '1')]).toEqual([1, 1, 1, 1]);
  expect(opened).toEqual(['a 1', 'b 1']);
});

test('other bytes under a key are opened anew, and those before are forgotten', () => {
  const { opened, find } = setUp();
  expect([find('a', '1'), find('a', '2'), find('a', '2'), find('a', '1')]).toEqual([1, 2, 2, 1]);
  expect(opened).toEqual(['a 1', 'a 2', 'a 1']);
});

test('what is overwritten by whoever gave it is not taken for the same', () => {
  const key = Buffer.from('a');
  const body = Buffer.from('1');
  let count = 0;
  const find = rememberContents(
    () => ({ authorization: {}, issuedAt: ++count }) as TokenContent,
    () => 0,
  );
  find(key, body);
  body.write('2');
  expect(find(key, body).issuedAt).toBe(2);
  expect(find(key, Buffer.from('2')).issuedAt).toBe(2);
});

test('a failure is not remembered', () => {
  const { opened, find } = setUp();
  expect(() => find('a', '')).toThrow('does not open');
  expect(() => find('a', '')).toThrow('does not open');
  expect(find('a', '1')).toBe(1);
  expect(opened).toHaveLength(3);
});

test('what nobody asks for is forgotten within two minutes, and the oldest goes when there are too many', () => {
  const { opened, find, pass } = setUp();
  find('a', '1');
  pass(120_000);
  find('a', '1');
  expect(opened).toEqual(['a 1', 'a 1']);
  for (let count = 0; count < 2 * 2_048; count++) find(`key ${String(count)}`, '1');
  opened.length = 0;
  find(`key ${String(2_048)}`, '1');
  find('a', '1');
  expect(opened).toEqual(['a 1']);
});

test('a large body is not remembered, nor what was known under its key answered for it', () => {
  const { opened, find } = setUp();
  const large = '1'.padStart(16 * 1024 + 1, '0');
  expect([find('a', '2'), find('a', large), find('a', large), find('a', '2')]).toEqual([2, 1, 1, 2]);
  expect(opened).toEqual(['a 2', `a ${large}`, `a ${large}`]);
  const fits = large.slice(1);
  find('b', fits);
  find('b', fits);
  expect(opened.filter((each) => each.startsWith('b'))).toHaveLength(1);
});
