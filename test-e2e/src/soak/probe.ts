// Loaded into every process of a soak before anything else (`NODE_OPTIONS=--import`), so that nothing of it is in what is shipped:
// says over a socket of its own, named by the process id, what lives after everything that is dead was collected, or what is open.
import http2 from 'node:http2';
import { createServer } from 'node:net';
import path from 'node:path';
import { setImmediate as turn } from 'node:timers/promises';
import v8 from 'node:v8';
import vm from 'node:vm';
import { isMainThread } from 'node:worker_threads';

/** What it answers to each word, as one line of JSON; bytes. */
export interface Answers {
  heap: Heap;
  open: Open;
}

interface Heap {
  /** Without compiled code, of which there is ever more in the first hour. */
  readonly heapBytes: number;
  /** Outside the heap: buffers and what native code holds for objects. */
  readonly externalBytes: number;
}

interface Open {
  /** What keeps the event loop alive, by kind (`process.getActiveResourcesInfo`): timers that are unreferenced are not in it. */
  readonly resources: Readonly<Record<string, number>>;
  /** HTTP/2 streams that are open, of either end. */
  readonly streams: number;
}

const place = process.env['CARDEA_SOAK_PROBES'];
if (isMainThread && place !== undefined) {
  const streams = countStreams();
  v8.setFlagsFromString('--expose-gc');
  const collect = vm.runInNewContext('gc') as () => void;
  const answers: { readonly [Word in keyof Answers]: () => Answers[Word] | Promise<Answers[Word]> } = {
    async heap() {
      // What a finalizer lets go of goes in the second round.
      collect();
      await turn();
      collect();
      const { heapUsed, external } = process.memoryUsage();
      const code = v8.getHeapCodeStatistics();
      return {
        heapBytes: heapUsed - code.code_and_metadata_size - code.bytecode_and_metadata_size,
        externalBytes: external,
      };
    },
    // Collects nothing: a process that stands still for a collection does at once what the clock had it do one after the other, and
    // opens for it what it would not have needed.
    open() {
      const resources: Record<string, number> = {};
      for (const kind of process.getActiveResourcesInfo()) resources[kind] = (resources[kind] ?? 0) + 1;
      return { resources, streams: streams() };
    },
  };
  const server = createServer((socket) => {
    socket.on('error', () => undefined);
    // A word is a packet.
    socket.setEncoding('utf8').once('data', (word: keyof Answers) => {
      void (async () => socket.end(JSON.stringify(await answers[word]())))();
    });
  });
  server.listen(path.join(place, `${String(process.pid)}.sock`)).unref();
}

/** @returns how many streams are open now */
function countStreams(): () => number {
  let open = 0;
  const count = (stream: { once(event: 'close', listener: () => void): unknown }) => {
    open++;
    stream.once('close', () => open--);
  };
  const { connect, createServer, createSecureServer } = http2;
  const counting = <Given extends unknown[]>(create: (...given: Given) => http2.Http2Server) =>
    function (...given: Given) {
      return create(...given).on('stream', count);
    };
  Object.assign(http2, {
    connect(...given: Parameters<typeof connect>) {
      const session = connect(...given);
      const request = session.request.bind(session);
      return Object.assign(session, {
        request(...asked: Parameters<typeof request>) {
          const stream = request(...asked);
          count(stream);
          return stream;
        },
      });
    },
    createServer: counting(createServer),
    createSecureServer: counting(createSecureServer as typeof createServer),
  });
  return () => open;
}
