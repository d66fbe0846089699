// Our wire format against @bufbuild/protobuf: the same bytes for the same fields, and the same fields for the same bytes.
import { describe, expect, test } from '@jest/globals';
import * as reference from '@bufbuild/protobuf/wire';
import { BinaryReader, BinaryWriter } from './wire.js';

/** The part of a writer that both have. */
interface Writes {
  uint32(value: number): Writes;
  int32(value: number): Writes;
  int64(value: number): Writes;
  bool(value: boolean): Writes;
  bytes(value: Uint8Array): Writes;
  string(value: string): Writes;
  fork(): Writes;
  join(): Writes;
  finish(): Uint8Array;
}

const written = (write: (writer: Writes) => unknown, writer: Writes = new BinaryWriter()): Buffer => {
  write(writer);
  return Buffer.from(writer.finish());
};
const both = (write: (writer: Writes) => unknown) => ({
  ours: written(write),
  theirs: written(write, new reference.BinaryWriter()),
});

const texts = [
  '',
  'a',
  'x'.repeat(20),
  'x'.repeat(21),
  'x'.repeat(127),
  'x'.repeat(128),
  'x'.repeat(20_000),
  'é',
  `${'x'.repeat(19)}é`,
  `${'x'.repeat(126)}é`,
  'é'.repeat(70),
  'é'.repeat(9_000),
  '漢字 😀 and more',
  '😀'.repeat(40),
  '\0',
  'half a pair: \ud83d.',
  'half a pair, and so much more behind it: \udc00, that it is long',
  '\ufeffa mark at the beginning',
];
const numbers = [0, 1, 127, 128, 300, 16_383, 16_384, 2 ** 21 - 1, 2 ** 21, 2 ** 28, 2 ** 31 - 1];
const unsigned = [...numbers, 2 ** 31, 2 ** 32 - 1];
const long = [...unsigned, 2 ** 32, 2 ** 35, 2 ** 49 - 1, 2 ** 49, 2 ** 49 + 1, 2 ** 53 - 1];
const sizes = [0, 1, 127, 128, 4_090, 4_096, 5_000, 70_000];

describe('what is written', () => {
  test.each(texts)('text %#', (text) => {
    const { ours, theirs } = both((writer) => writer.string(text));
    expect(ours.equals(theirs)).toBe(true);
  });

  test('numbers and truths', () => {
    const { ours, theirs } = both((writer) => {
      for (const value of unsigned) writer.uint32(value);
      for (const value of numbers) writer.int32(value).int32(-value);
      for (const value of long) writer.int64(value).int64(-value);
      writer
        .int32(-(2 ** 31))
        .bool(true)
        .bool(false);
    });
    expect(ours.toString('hex')).toBe(theirs.toString('hex'));
  });

  test.each(sizes)('%d bytes, alone and in messages within messages', (size) => {
    const value = Buffer.alloc(size, 7);
    const { ours, theirs } = both((writer) =>
      writer
        .bytes(value)
        .fork()
        .uint32(9)
        .fork()
        .bytes(value)
        .join()
        .string('between')
        .fork()
        .join()
        .bytes(value)
        .join()
        .uint32(1),
    );
    expect(ours.equals(theirs)).toBe(true);
  });

  test('what is no number of its kind is refused', () => {
    for (const value of [-1, 2 ** 32, 0.5, NaN]) expect(() => new BinaryWriter().uint32(value)).toThrow(RangeError);
    for (const value of [2 ** 31, -(2 ** 31) - 1, 0.5])
      expect(() => new BinaryWriter().int32(value)).toThrow(RangeError);
    for (const value of [2 ** 53, Infinity, 0.5]) expect(() => new BinaryWriter().int64(value)).toThrow(RangeError);
    expect(() => new BinaryWriter().join()).toThrow('join without fork');
  });

  test('writers at work at the same time do not disturb each other, nor one that is never finished, nor what was given out', () => {
    const first = new BinaryWriter().string('the first one');
    new BinaryWriter().string('nobody finishes this one');
    const second = new BinaryWriter().string('the second one');
    const before = first.finish();
    const copy = Buffer.from(before);
    second.string('and more');
    const third = new BinaryWriter().string('and another text');
    expect(before.equals(copy)).toBe(true);
    expect(new BinaryReader(second.finish()).string()).toBe('the second one');
    expect(new BinaryReader(third.finish()).string()).toBe('and another text');
    expect(before.equals(copy)).toBe(true);
  });
});

test('a writer that has finished is empty, and gives out no memory that it never wrote', () => {
  const [ours, theirs] = [new BinaryWriter(), new reference.BinaryWriter()].map((writer: Writes) => {
    const first = writer.string('a text').finish();
    const second = writer.finish();
    return [first, second, writer.uint32(7).finish()].map((bytes) => Buffer.from(bytes).toString('hex'));
  });
  expect(ours).toEqual(theirs);
  expect(ours).toEqual([written((writer) => writer.string('a text')).toString('hex'), '', '07']);
});

describe('what is read', () => {
  test.each(texts)('text %#', (text) => {
    const bytes = written((writer) => writer.string(text));
    expect(new BinaryReader(bytes).string()).toBe(Buffer.from(text).toString());
  });

  test('numbers, of a varint of any length', () => {
    const bytes = written((writer) => {
      for (const value of long) writer.int64(value).int64(-value);
      for (const value of unsigned) writer.uint32(value);
      for (const value of numbers) writer.int32(-value);
    });
    const reader = new BinaryReader(bytes);
    for (const value of long) expect([reader.int64(), reader.int64() + 0]).toEqual([value, 0 - value]);
    for (const value of unsigned) expect(reader.uint32()).toBe(value);
    for (const value of numbers) expect(reader.int32()).toBe(0 - value);
    expect(reader.pos).toBe(bytes.length);
  });

  test('a number that is longer than it must be, as the reference reads it', () => {
    const bytes = Buffer.from('8180808000ffffffffffffffffff01ffffffff7f', 'hex');
    const [ours, theirs] = [new BinaryReader(bytes), new reference.BinaryReader(bytes)];
    for (let index = 0; index < 3; index++) expect(ours.uint32()).toBe(theirs.uint32());
    expect(ours.pos).toBe(theirs.pos);
  });

  test('numbers that no number holds are told as too large', () => {
    const bytes = written((writer) => writer.int64(9_007_199_254_740_993n as never), new reference.BinaryWriter());
    expect(new BinaryReader(bytes).int64()).toBeGreaterThan(Number.MAX_SAFE_INTEGER);
  });

  test('fields nobody knows are passed over, groups too', () => {
    const bytes = Buffer.from('9601' + '0102030405060708' + '02aabb' + '0801131a01ff141c' + '01020304' + '2a', 'hex');
    const reader = new BinaryReader(bytes);
    for (const wireType of [0, 1, 2, 3, 5]) reader.skip(wireType);
    expect(reader.uint32()).toBe(0x2a);
    expect(() => reader.skip(7)).toThrow(RangeError);
    expect(() => new BinaryReader(Buffer.alloc(1_000, 0x0b)).skip(3)).toThrow('nested too deep');
  });

  test('what ends too soon, or never, is refused', () => {
    const reads = (hex: string) => new BinaryReader(Buffer.from(hex, 'hex'));
    for (const hex of ['', '80', 'ff'.repeat(11)]) {
      for (const read of ['uint32', 'int32', 'int64', 'bool', 'string', 'bytes'] as const) {
        expect(() => reads(hex)[read]()).toThrow(RangeError);
      }
    }
    for (const wireType of [0, 1, 2, 3, 5])
      expect(() => reads('05').pos || reads('85').skip(wireType)).toThrow(RangeError);
    expect(() => reads('0501020304').bytes()).toThrow(RangeError);
    expect(() => reads('ffffffff0f61').string()).toThrow(RangeError);
  });

  test('random messages, read as the reference reads them, or refused by both', () => {
    let state = 7;
    const random = (below: number) => (state = (state * 48_271) % 2_147_483_647) % below;
    const reads = ['uint32', 'int32', 'bool', 'bytes'] as const;
    for (let round = 0; round < 500; round++) {
      const bytes = Buffer.from(Array.from({ length: random(24) }, () => random(random(2) === 0 ? 256 : 8)));
      const [ours, theirs] = [new BinaryReader(bytes), new reference.BinaryReader(bytes)];
      for (let field = 0; field < 6; field++) {
        const read = reads[random(reads.length)] as (typeof reads)[number];
        const [one, other] = [ours, theirs].map((reader) => attempt(() => reader[read]()));
        // The reference reads a truth past the end as false.
        if (read === 'bool' && one === 'refused') break;
        expect(one).toEqual(other);
        if (one === 'refused') break;
        expect(ours.pos).toBe(theirs.pos);
      }
    }
  });
});

function attempt(read: () => unknown): unknown {
  try {
    const value = read();
    return value instanceof Uint8Array ? Buffer.from(value).toString('hex') : value;
  } catch {
    return 'refused';
  }
}
