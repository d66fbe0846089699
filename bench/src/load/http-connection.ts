// One connection that carries one request at a time, opened when it is needed and kept unless it is told otherwise.
import { connect, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import type { HttpAnswer } from './http-text.js';
import { encodeRequest, takeAnswer } from './http-text.js';

export interface HttpConnection {
  /** Sends bytes made by `encode`, and settles with the whole answer. Not before the last one was answered. */
  send(request: Buffer): Promise<HttpAnswer>;
  /** A request to this host. */
  encode(method: string, target: string, headers?: Readonly<Record<string, string>>, body?: string): Buffer;
  close(): void;
}

interface Waiting {
  resolve(answer: HttpAnswer): void;
  reject(error: Error): void;
}

const nothing = Buffer.alloc(0);

/**
 * @param origin `http://host:port`, or with https; whose certificate it is does not matter, for only this machine is asked
 * @param options.anew opens another one for each request
 */
export function createConnection(origin: string, { anew = false } = {}): HttpConnection {
  const { host, hostname, port, protocol } = new URL(origin);
  const place = { host: hostname, port: Number(port) };
  let socket: Socket | undefined;
  let received: Buffer = nothing;
  let waiting: Waiting | undefined;

  const settle = (act: (waiting: Waiting) => void): void => {
    const settled = waiting;
    waiting = undefined;
    if (settled !== undefined) act(settled);
  };
  const open = (): Socket => {
    const opened =
      protocol === 'https:'
        ? connectTls({ ...place, rejectUnauthorized: false }).setNoDelay(true)
        : connect({ ...place, noDelay: true });
    opened.on('data', (bytes: Buffer) => {
      received = received.length === 0 ? bytes : Buffer.concat([received, bytes]);
      try {
        const taken = takeAnswer(received);
        if (taken === undefined) return;
        received = taken.rest;
        if (anew) {
          socket = undefined;
          opened.end();
        }
        settle(({ resolve }) => resolve(taken.answer));
      } catch (error) {
        settle(({ reject }) => reject(error as Error));
        opened.destroy();
      }
    });
    opened.on('error', (error: Error) => {
      if (socket === opened) settle(({ reject }) => reject(error));
    });
    opened.on('close', () => {
      // One that was left behind closes while the next one is asked.
      if (socket !== opened) return;
      socket = undefined;
      settle(({ reject }) => reject(new Error(`${origin} closed the connection instead of answering`)));
    });
    received = nothing;
    return opened;
  };

  return {
    send(request) {
      return new Promise((resolve, reject) => {
        waiting = { resolve, reject };
        (socket ??= open()).write(request);
      });
    },
    encode: (method, target, headers, body) => encodeRequest(method, target, host, headers, body),
    close: () => socket?.destroy(),
  };
}
