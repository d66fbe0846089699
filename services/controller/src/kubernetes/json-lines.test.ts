// Values of a stream, wherever it is cut.
import { expect, test } from '@jest/globals';
import { jsonLines } from './json-lines.js';

async function read(...pieces: string[]): Promise<unknown[]> {
  const values: unknown[] = [];
  async function* stream() {
    yield* pieces;
  }
  for await (const value of jsonLines(stream())) values.push(value);
  return values;
}

test('cut anywhere', async () => {
  const text = '{"a":1}\n\n{"b":"ü\\n"}\r\n[3]\n';
  for (let cut = 0; cut <= text.length; cut++)
    expect(await read(text.slice(0, cut), text.slice(cut))).toEqual([{ a: 1 }, { b: 'ü\n' }, [3]]);
});

test('a line without an end is no value, and must not grow for ever', async () => {
  expect(await read('{"a":1}\n{"b"')).toEqual([{ a: 1 }]);
  await expect(read('x'.repeat(17 * 1024 * 1024))).rejects.toThrow('has no end');
});
