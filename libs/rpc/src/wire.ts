// Reads and writes the fields of protobuf messages for the generated code, on Node's own buffers: @bufbuild/protobuf takes
// four times as long for the same bytes, a tenth of the CPU of every hot call (https://protobuf.dev/programming-guides/encoding).

const leastBytes = 4_096;
/** A writer that has grown beyond this is not kept for the next message. */
const mostKeptBytes = 64 * 1024;
const varintBytes = 10;
/** Shorter ASCII is copied by a loop sooner than by a call into C++. */
const shortText = 20;
const deepestGroup = 100;

const nothing = Buffer.alloc(0);

/** The buffer nobody writes to now: a writer takes it and gives it back when it finishes, or leaves it to be made anew. */
let spare: Buffer | undefined;

const lengthOfVarint = (value: number): number => {
  if (value < 0x80) return 1;
  if (value < 0x4000) return 2;
  return value < 0x200000 ? 3 : value < 0x10000000 ? 4 : 5;
};

/** Writes one message. */
export class BinaryWriter {
  private buffer = spare ?? Buffer.allocUnsafeSlow(leastBytes);
  private position = 0;
  private readonly forks: number[] = [];

  constructor() {
    spare = undefined;
  }

  /** What was written, in a buffer of its own. After it the writer is empty. */
  finish(): Buffer {
    const { buffer, position } = this;
    const result = Buffer.allocUnsafe(position);
    buffer.copy(result, 0, 0, position);
    if (buffer !== nothing && buffer.length <= mostKeptBytes) spare = buffer;
    this.buffer = nothing;
    // Or a second call would give out as many bytes of whatever lay in memory.
    this.position = 0;
    return result;
  }

  /** @throws {RangeError} for what is no unsigned number of 32 bits */
  uint32(value: number): this {
    if (value >>> 0 !== value) throw new RangeError('not a uint32');
    this.reserve(varintBytes);
    this.putVarint(value);
    return this;
  }

  /** @throws {RangeError} for what is no signed number of 32 bits */
  int32(value: number): this {
    if ((value | 0) !== value) throw new RangeError('not an int32');
    return this.int64(value);
  }

  /** @throws {RangeError} for what a number does not hold exactly */
  int64(value: number): this {
    if (!Number.isSafeInteger(value)) throw new RangeError('not a whole number that is exact');
    this.reserve(varintBytes);
    if (value >= 0 && value <= 0xffffffff) this.putVarint(value);
    else this.putLongVarint(BigInt.asUintN(64, BigInt(value)));
    return this;
  }

  bool(value: boolean): this {
    return this.uint32(value ? 1 : 0);
  }

  bytes(value: Uint8Array): this {
    this.reserve(varintBytes + value.length);
    this.putVarint(value.length);
    this.buffer.set(value, this.position);
    this.position += value.length;
    return this;
  }

  /** Half a surrogate pair is written as U+FFFD. */
  string(value: string): this {
    const { length } = value;
    this.reserve(varintBytes + length * 3);
    if (length <= shortText && this.putShortText(value)) return this;
    // Nearly all text is ASCII, and the length of its length known beforehand.
    const start = this.position + lengthOfVarint(length);
    const size = this.buffer.write(value, start, 'utf8');
    if (size !== length) this.buffer.copyWithin(this.position + lengthOfVarint(size), start, start + size);
    this.putVarint(size);
    this.position += size;
    return this;
  }

  /** Begins a message within the message, which `join` ends. */
  fork(): this {
    this.reserve(1);
    this.forks.push(++this.position);
    return this;
  }

  /** @throws {Error} when nothing was begun */
  join(): this {
    const start = this.forks.pop();
    if (start === undefined) throw new Error('join without fork');
    const size = this.position - start;
    // One byte was left for the length.
    const more = lengthOfVarint(size) - 1;
    if (more > 0) {
      this.reserve(more);
      this.buffer.copyWithin(start + more, start, this.position);
    }
    this.position = start - 1;
    this.putVarint(size);
    this.position += size;
    return this;
  }

  private putShortText(value: string): boolean {
    const { buffer } = this;
    let at = this.position + 1;
    for (let index = 0; index < value.length; index++) {
      const code = value.charCodeAt(index);
      if (code > 0x7f) return false;
      buffer[at++] = code;
    }
    buffer[this.position] = value.length;
    this.position = at;
    return true;
  }

  private putVarint(value: number): void {
    const { buffer } = this;
    let at = this.position;
    let rest = value;
    while (rest > 0x7f) {
      buffer[at++] = (rest & 0x7f) | 0x80;
      rest >>>= 7;
    }
    buffer[at++] = rest;
    this.position = at;
  }

  private putLongVarint(value: bigint): void {
    let rest = value;
    while (rest > 0x7fn) {
      this.buffer[this.position++] = Number(rest & 0x7fn) | 0x80;
      rest >>= 7n;
    }
    this.buffer[this.position++] = Number(rest);
  }

  private reserve(bytes: number): void {
    const wanted = this.position + bytes;
    if (wanted <= this.buffer.length) return;
    const larger = Buffer.allocUnsafeSlow(Math.max(wanted, this.buffer.length * 2));
    this.buffer.copy(larger, 0, 0, this.position);
    this.buffer = larger;
  }
}

const ended = () => new RangeError('the message ends too soon');

/** Reads one message. What it gives of it may share its memory. */
export class BinaryReader {
  readonly len: number;
  pos = 0;
  /** Kept here by the generated code, which bounds how deep messages nest. */
  __tsProtoDecodeDepth = 0;
  private readonly buffer: Buffer;

  constructor(bytes: Uint8Array) {
    this.buffer = Buffer.isBuffer(bytes) ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.len = bytes.length;
  }

  /** Of a longer varint, the lower 32 bits. */
  uint32(): number {
    const first = this.byte();
    if (first < 0x80) return first;
    let value = first & 0x7f;
    for (let shift = 7; shift < varintBytes * 7; shift += 7) {
      const byte = this.byte();
      if (shift < 32) value |= (byte & 0x7f) << shift;
      if (byte < 0x80) return value >>> 0;
    }
    throw new RangeError('a varint of more than ten bytes');
  }

  int32(): number {
    return this.uint32() | 0;
  }

  /** Exact only as far as a number goes; the generated code refuses what is beyond. */
  int64(): number {
    let small = 0;
    let worth = 1;
    // Seven times seven bits fit a number.
    for (let index = 0; index < 7; index++) {
      const byte = this.byte();
      small += (byte & 0x7f) * worth;
      if (byte < 0x80) return small;
      worth *= 0x80;
    }
    let value = BigInt(small);
    for (let index = 7; index < varintBytes; index++) {
      const byte = this.byte();
      value |= BigInt(byte & 0x7f) << BigInt(index * 7);
      if (byte < 0x80) return Number(BigInt.asIntN(64, value));
    }
    throw new RangeError('a varint of more than ten bytes');
  }

  bool(): boolean {
    let any = 0;
    for (let index = 0; index < varintBytes; index++) {
      const byte = this.byte();
      any |= byte & 0x7f;
      if (byte < 0x80) return any !== 0;
    }
    throw new RangeError('a varint of more than ten bytes');
  }

  bytes(): Buffer {
    const start = this.advance(this.uint32());
    return this.buffer.subarray(start, this.pos);
  }

  /** What is no UTF-8 is read as U+FFFD. */
  string(): string {
    const start = this.advance(this.uint32());
    return this.buffer.toString('utf8', start, this.pos);
  }

  /** Passes over a field that nobody knows. @throws {RangeError} for a wire type that does not exist */
  skip(wireType: number, depth = 0): void {
    switch (wireType) {
      case 0:
        this.bool();
        return;
      case 1:
        this.advance(8);
        return;
      case 2:
        this.advance(this.uint32());
        return;
      case 3:
        if (depth === deepestGroup) throw new RangeError('groups are nested too deep');
        for (let tag = this.uint32(); (tag & 7) !== 4; tag = this.uint32()) this.skip(tag & 7, depth + 1);
        return;
      case 5:
        this.advance(4);
        return;
      default:
        throw new RangeError('an unknown wire type');
    }
  }

  private byte(): number {
    const byte = this.buffer[this.pos++];
    if (byte === undefined) throw ended();
    return byte;
  }

  /** @returns where what is passed over begins */
  private advance(bytes: number): number {
    const start = this.pos;
    this.pos += bytes;
    if (this.pos > this.len) throw ended();
    return start;
  }
}
