// One keep-alive connection that carries one request at a time, opened when it is needed.
import { connect, type Socket } from 'node:net';
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

/** @param origin `http://host:port` */
export function createConnection(origin: string): HttpConnection {
  const { host, hostname, port } = new URL(origin);
  let socket: Socket | undefined;
  let received: Buffer = nothing;
  let waiting: Waiting | undefined;

  const settle = (act: (waiting: Waiting) => void): void => {
    const settled = waiting;
    waiting = undefined;
    if (settled !== undefined) act(settled);
  };
  const open = (): Socket => {
    const opened = connect({ host: hostname, port: Number(port), noDelay: true });
    opened.on('data', (bytes) => {
      received = received.length === 0 ? bytes : Buffer.concat([received, bytes]);
      try {
        const taken = takeAnswer(received);
        if (taken === undefined) return;
        received = taken.rest;
        settle(({ resolve }) => resolve(taken.answer));
      } catch (error) {
        settle(({ reject }) => reject(error as Error));
        opened.destroy();
      }
    });
    opened.on('error', (error) => settle(({ reject }) => reject(error)));
    opened.on('close', () => {
      if (socket === opened) socket = undefined;
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
