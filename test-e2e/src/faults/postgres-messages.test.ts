// Messages of PostgreSQL's wire, however their bytes come in, and the statements they run.
import { expect, test } from '@jest/globals';
import { createMessageReader, createStatementNames } from './postgres-messages.js';

const message = (type: string, body: string) => {
  const head = Buffer.alloc(type.length + 4);
  head.write(type, 'latin1');
  head.writeUInt32BE(4 + body.length, type.length);
  return Buffer.concat([head, Buffer.from(body)]);
};
const conversation = [
  message('', '\0\x03\0\0user\0me\0\0'),
  message('P', 'find\0SELECT 1\0\0\0'),
  message('B', '\0find\0\0\0'),
  message('S', ''),
  message('Q', 'COMMIT\0'),
  message('B', '\0find\0\0\0'),
  message('B', '\0unheard of\0\0\0'),
];

test.each([1, 2, 3, 7, 1_000])('in pieces of %i bytes', (size) => {
  const all = Buffer.concat(conversation);
  const read = createMessageReader(true);
  const runs = createStatementNames();
  const pieces = Array.from({ length: Math.ceil(all.length / size) }, (_, at) =>
    all.subarray(at * size, (at + 1) * size),
  );
  const messages = pieces.flatMap((piece) => read(piece));
  expect(messages.map(({ type }) => type)).toEqual(['', 'P', 'B', 'S', 'Q', 'B', 'B']);
  const texts = messages.map(runs);
  expect(texts).toEqual([undefined, undefined, 'SELECT 1', undefined, 'COMMIT', 'SELECT 1', undefined]);
});

test('what a server says has types from the beginning', () => {
  const messages = createMessageReader(false)(Buffer.concat([message('C', 'COMMIT\0'), message('Z', 'I')]));
  expect(messages.map(({ type, body }) => [type, body.toString()])).toEqual([
    ['C', 'COMMIT\0'],
    ['Z', 'I'],
  ]);
});
