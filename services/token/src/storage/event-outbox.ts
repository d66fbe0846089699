// The audit stream's rows: written many at once, read in the order in which their transactions ended (migration 0031).
import type { EventData, EventType } from '@cardea/service';
import { randomUUID } from 'node:crypto';
import type { Connection, Database } from './database.js';
import { storageFailure } from './database.js';

/** An event to be written. */
export interface NewEvent {
  /** A UUID. */
  readonly id: string;
  readonly type: EventType;
  /** Milliseconds since the epoch. */
  readonly occurredAt: number;
  readonly data: Readonly<Record<string, string | number | boolean>>;
}

/** A place in the stream: what stands behind it has not been seen yet. */
export interface StreamPlace {
  /** A transaction, as PostgreSQL numbers them. */
  readonly xid: string;
  /** Of that transaction's events, the last that was seen. */
  readonly sequence: number;
}

/** An event that was written, and its place. */
export interface StoredEvent extends NewEvent {
  readonly place: StreamPlace;
}

/** Which events are read. */
export interface EventFilter {
  readonly types: readonly EventType[];
  /** Empty means all. */
  readonly clientId: string;
  /** Milliseconds since the epoch. */
  readonly since: number | undefined;
}

/** Before all events that are kept. */
export const streamBeginning: StreamPlace = { xid: '0', sequence: 0 };

/** @param occurredAt milliseconds since the epoch; now, where nothing is said */
export const newEvent = <Type extends EventType>(
  type: Type,
  data: EventData<Type> & NewEvent['data'],
  occurredAt = Date.now(),
): NewEvent => ({ id: randomUUID(), type, occurredAt, data });

const insertText = `INSERT INTO cardea.event (id, type, occurred_at, data)
  SELECT id, type, to_timestamp(occurred / 1000), data
  FROM unnest($1::uuid[], $2::text[], $3::float8[], $4::jsonb[]) AS i(id, type, occurred, data)`;

/** Writes events; in a transaction they come with it. */
export async function insertEvents(database: Database | Connection, events: readonly NewEvent[]): Promise<void> {
  if (events.length === 0) return;
  await database.query({
    name: 'event_insert',
    text: insertText,
    values: [
      events.map(({ id }) => id),
      events.map(({ type }) => type),
      events.map(({ occurredAt }) => occurredAt),
      events.map(({ data }) => JSON.stringify(data)),
    ],
  });
}

// Whoever began before a transaction that is still open may yet write in front of it: nothing from there on counts.
const horizonText = 'SELECT pg_snapshot_xmin(pg_current_snapshot())::text AS horizon';

/** Who looks for what is rare does so in parts of the stream, each in little time. */
const mostLookedThrough = 5_000;

// Each by the index alone.
const boundText = `SELECT xid::text, sequence FROM cardea.event
  WHERE (xid, sequence) > ($1::xid8, $2) AND xid < $3::xid8
  ORDER BY event.xid, event.sequence OFFSET ${String(mostLookedThrough)} LIMIT 1`;

const readText = `SELECT id, xid::text, sequence, occurred_at, type, data FROM cardea.event
  WHERE (xid, sequence) > ($1::xid8, $2) AND xid < $3::xid8 AND expires_at > now() AND type = ANY($4)
    AND ($5 = '' OR data->>'client_id' = $5) AND ($6::float8 IS NULL OR occurred_at >= to_timestamp($6 / 1000))
    AND ($7::xid8 IS NULL OR (xid, sequence) <= ($7::xid8, $8))
  ORDER BY event.xid, event.sequence LIMIT $9`;

/** The end of the stream as it is now. */
export async function streamEnd(database: Database | Connection): Promise<StreamPlace> {
  const { rows } = await database.query<{ horizon: string }>(horizonText);
  return { xid: rows[0]?.horizon ?? '0', sequence: 0 };
}

/** What was found, and where it goes on. */
export interface FoundEvents {
  readonly events: readonly StoredEvent[];
  /** May be behind the last event. */
  readonly next: StreamPlace;
  /** Whether there may be more at once. */
  readonly more: boolean;
}

/**
 * Reads on: a part of the stream, whatever is found in it.
 *
 * @param options.upTo the last place that counts; without it all that counts now
 */
export async function readEvents(
  database: Database | Connection,
  options: { after: StreamPlace; upTo?: StreamPlace; filter: EventFilter; limit: number },
): Promise<FoundEvents> {
  const { after, filter, limit } = options;
  try {
    const end = await streamEnd(database);
    const from = [after.xid, after.sequence, end.xid];
    const bound =
      options.upTo ??
      (await database.query<StreamPlace>({ name: 'event_bound', text: boundText, values: from })).rows[0];
    const { rows } = await database.query<Record<string, unknown>>({
      name: 'event_read',
      text: readText,
      values: [
        ...[...from, filter.types, filter.clientId, filter.since ?? null],
        ...[bound?.xid ?? null, bound?.sequence ?? null, limit],
      ],
    });
    const events = rows.map(read);
    const full = events.length === limit;
    const last = full ? events.at(-1)?.place : bound;
    return { events, next: last ?? end, more: full || bound !== undefined };
  } catch (error) {
    throw storageFailure(error);
  }
}

const read = (row: Record<string, unknown>): StoredEvent => ({
  id: row['id'] as string,
  type: row['type'] as EventType,
  occurredAt: row['occurred_at'] as number,
  data: row['data'] as StoredEvent['data'],
  place: { xid: row['xid'] as string, sequence: row['sequence'] as number },
});
