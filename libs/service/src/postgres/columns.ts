// Columns of many rows as arrays in PostgreSQL's binary form (array_recv): neither side writes or reads them as text, which was a
// tenth of what an exchange of a code or a refresh costs.

/** How one element is written. */
interface Element<T> {
  /** `pg_type.oid`; those of built-in types are the same everywhere. */
  readonly oid: number;
  /** Bytes it takes at most. */
  room(value: T): number;
  /** @returns bytes written */
  put(into: Buffer, at: number, value: T): number;
}

/** The column that `pick` makes of rows; null and undefined are NULL. */
type Column<T> = <Row>(rows: readonly Row[], pick: (row: Row, index: number) => T | null | undefined) => Buffer;

const headerBytes = 20;
const lengthBytes = 4;

function columnOf<T>({ oid, room, put }: Element<T>): Column<T> {
  return (rows, pick) => {
    const values = rows.map(pick);
    let size = headerBytes;
    for (const value of values) size += lengthBytes + (value === null || value === undefined ? 0 : room(value));
    const column = Buffer.allocUnsafe(size);
    column.writeInt32BE(1, 0);
    // Whether there are NULLs is found out by whoever reads them.
    column.writeInt32BE(0, 4);
    column.writeInt32BE(oid, 8);
    column.writeInt32BE(values.length, 12);
    column.writeInt32BE(1, 16);
    let at = headerBytes;
    for (const value of values) {
      const written = value === null || value === undefined ? -1 : put(column, at + lengthBytes, value);
      column.writeInt32BE(written, at);
      at += lengthBytes + Math.max(0, written);
    }
    return column.subarray(0, at);
  };
}

/** `bytea[]` */
export const bytesColumn = columnOf<Buffer>({
  oid: 17,
  room: (value) => value.length,
  put: (into, at, value) => value.copy(into, at),
});

/** `text[]`; half a surrogate pair is written as U+FFFD */
export const textColumn = columnOf<string>({
  oid: 25,
  // No character of one UTF-16 unit takes more than three bytes of UTF-8.
  room: (value) => value.length * 3,
  put: (into, at, value) => into.write(value, at, 'utf8'),
});

/** `float8[]` */
export const numberColumn = columnOf<number>({
  oid: 701,
  room: () => 8,
  put: (into, at, value) => into.writeDoubleBE(value, at) - at,
});

/** `boolean[]` */
export const flagColumn = columnOf<boolean>({
  oid: 16,
  room: () => 1,
  put: (into, at, value) => into.writeUInt8(value ? 1 : 0, at) - at,
});

const uuidBytes = 16;

/** `uuid[]` */
export const uuidColumn = columnOf<string>({
  oid: 2950,
  room: () => uuidBytes + 1,
  put(into, at, value) {
    const written = value.length === 36 ? into.write(value.replaceAll('-', ''), at, uuidBytes, 'hex') : 0;
    if (written === uuidBytes) return uuidBytes;
    // A byte too many: PostgreSQL refuses this row (22P03), and not the whole batch as it would one that ends too early.
    into.fill(0, at, at + uuidBytes + 1);
    return uuidBytes + 1;
  },
});
