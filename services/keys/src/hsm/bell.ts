// Wakes a session thread that sleeps until there is work for it. It could as well wait for messages in an event loop of its own, which
// costs more than all else that it does for a signature.
import type { MessagePort } from 'node:worker_threads';
import { receiveMessageOnPort } from 'node:worker_threads';

/** How often the thread was told something; both sides see it. */
export type Bell = Int32Array<SharedArrayBuffer>;

export const createBell = (): Bell => new Int32Array(new SharedArrayBuffer(4));

/** After each message to the thread. */
export function ring(bell: Bell): void {
  Atomics.add(bell, 0, 1);
  Atomics.notify(bell, 0);
}

/** The thread's side: sleeps until the next message is there. */
export function nextMessage(port: MessagePort, bell: Bell): unknown {
  for (;;) {
    const rung = Atomics.load(bell, 0);
    const received = receiveMessageOnPort(port) as { readonly message: unknown } | undefined;
    if (received !== undefined) return received.message;
    Atomics.wait(bell, 0, rung);
  }
}
