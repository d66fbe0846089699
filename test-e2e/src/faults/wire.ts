// A wire to a real server that can be cut, hung, slowed and led elsewhere, and that knows which PostgreSQL statement runs over it: so
// it can be cut exactly after the server has committed, before anybody heard of it (security F08, M4).
import type { Socket } from 'node:net';
import { connect, createServer } from 'node:net';
import { createMessageReader, createStatementNames } from './postgres-messages.js';

/** What happens to a statement that passes, and to the connection with it. */
export interface Snare {
  /** Of the statement's text. */
  readonly statement: RegExp;
  /** `before`: the server never gets it. `after`: the server has done it, and its answer is lost. */
  readonly point: 'before' | 'after';
  /** How many statements are caught. */
  readonly times: number;
  /** Called at the moment of the cut. */
  readonly sprung?: () => void;
}

export interface Wire {
  readonly port: number;
  /** How many connections are open over it now. */
  readonly connections: number;
  /** Ends every connection and refuses new ones. */
  cut(): void;
  /** Accepts, and delivers nothing. */
  hang(): void;
  /** Delivers everything this much later. */
  slow(millis: number): void;
  /** Leads to this port from now on; connections that were open end. */
  lead(port: number): void;
  mend(): void;
  /** Catches statements of PostgreSQL clients. @returns how often it has caught one so far */
  set(snare: Snare): () => number;
  /** Counts statements that are run with this text among their values. @returns how many so far */
  count(statement: RegExp, value: string): () => number;
  close(): Promise<void>;
}

type Armed = Snare & { caught: number };

/**
 * Leads to a port of the loopback.
 *
 * @param speaks PostgreSQL's protocol, which is read for snares and counts, or another, of which bytes are carried and nothing is known
 */
export async function createWire(port: number, speaks: 'postgres' | 'another'): Promise<Wire> {
  let state: 'whole' | 'cut' | 'hung' = 'whole';
  let delay = 0;
  let to = port;
  let armed: Armed | undefined;
  const open = new Set<() => void>();
  const counts: { readonly statement: RegExp; readonly value: string; times: number }[] = [];

  const server = createServer((near) => {
    if (state === 'cut') {
      near.destroy();
      return;
    }
    const far = connect(to, '127.0.0.1');
    const end = () => {
      open.delete(end);
      near.destroy();
      far.destroy();
    };
    open.add(end);
    for (const socket of [near, far]) socket.setNoDelay(true).on('error', end).on('close', end);
    const deliver = (socket: Socket, bytes: Buffer) => {
      if (delay > 0) setTimeout(() => socket.write(bytes), delay);
      else socket.write(bytes);
    };
    const messages = createMessageReader(true);
    const runs = createStatementNames();
    let muted: { snare: Armed; answers: ReturnType<typeof createMessageReader> } | undefined;
    near.on('data', (bytes) => {
      if (state === 'hung') return;
      if (speaks === 'another') return deliver(far, bytes);
      const arrived = messages(bytes);
      const texts = arrived.map(runs);
      for (const one of counts) {
        one.times += arrived.filter(
          ({ body }, at) => one.statement.test(texts[at] ?? '') && body.includes(one.value),
        ).length;
      }
      const snare = armed;
      const caught =
        snare !== undefined &&
        snare.caught < snare.times &&
        texts.some((text) => text !== undefined && snare.statement.test(text));
      if (caught) {
        snare.caught++;
        if (snare.point === 'before') {
          end();
          snare.sprung?.();
          return;
        }
        muted = { snare, answers: createMessageReader(false) };
      }
      deliver(far, bytes);
    });
    far.on('data', (bytes) => {
      if (state === 'hung') return;
      if (muted === undefined) deliver(near, bytes);
      // The server is ready for the next statement: this one is done.
      else if (muted.answers(bytes).some(({ type }) => type === 'Z')) {
        end();
        muted.snare.sprung?.();
      }
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const drop = () => open.forEach((end) => end());
  return {
    port: (server.address() as { port: number }).port,
    get connections() {
      return open.size;
    },
    cut() {
      state = 'cut';
      drop();
    },
    hang: () => void (state = 'hung'),
    slow: (millis) => void (delay = millis),
    lead(elsewhere) {
      to = elsewhere;
      drop();
    },
    mend() {
      // What was swallowed meanwhile must not be missed in the middle of a conversation.
      if (state === 'hung') drop();
      state = 'whole';
      delay = 0;
      armed = undefined;
    },
    set(snare) {
      const set: Armed = { ...snare, caught: 0 };
      armed = set;
      return () => set.caught;
    },
    count(statement, value) {
      const counted = { statement, value, times: 0 };
      counts.push(counted);
      return () => counted.times;
    },
    async close() {
      drop();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
