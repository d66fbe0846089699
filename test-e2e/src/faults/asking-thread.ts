// The thread of asking.ts. Begins at once; told anything, it ends and says what the answers were.
import os from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import { parentPort, workerData } from 'node:worker_threads';
import type { Answers, Asking, TokenRequest } from './asking.js';

const { origins, requests, lanes, pauseMillis, burst, patient, yields = false } = workerData as Asking;
const burstEveryMillis = 1_000;
// Of this thread alone, on Linux.
if (yields) os.setPriority(10);

const statuses = new Map<string, number>();
const tookMillis: number[] = [];
let running = true;
let turn = 0;

/** @returns how long it asks to be left alone, milliseconds */
async function ask({ form, authorization }: TokenRequest, origin: string): Promise<number> {
  const began = performance.now();
  try {
    const body = new URLSearchParams(form);
    const answer = await fetch(`${origin}/oauth2/token`, { method: 'POST', headers: { authorization }, body });
    await answer.arrayBuffer();
    tookMillis.push(performance.now() - began);
    const later = answer.headers.get('retry-after');
    count(answer.status === 503 && later === null ? '503 without Retry-After' : String(answer.status));
    return Number(later ?? 0) * 1_000;
  } catch {
    count('none');
    return 0;
  }
}

const count = (status: string) => statuses.set(status, (statuses.get(status) ?? 0) + 1);

async function one(): Promise<number> {
  const at = turn++;
  const request = requests[at % requests.length];
  // All of the requests at one place, then all at the next.
  const origin = origins[Math.floor(at / requests.length) % origins.length];
  return request === undefined || origin === undefined ? 0 : ask(request, origin);
}

async function lane(): Promise<void> {
  while (running) {
    const later = await one();
    await sleep(patient ? Math.max(pauseMillis, later) : pauseMillis);
  }
}

async function bursts(): Promise<void> {
  while (running) {
    await Promise.all(Array.from({ length: burst }, one));
    await sleep(burstEveryMillis);
  }
}

const all = Promise.all([...Array.from({ length: lanes }, lane), ...(burst === 0 ? [] : [bursts()])]);
parentPort?.once('message', () => {
  running = false;
  void all.then(() => parentPort?.postMessage({ statuses, tookMillis } satisfies Answers));
});
