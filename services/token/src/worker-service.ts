// The worker, the token service's second role: runs queued jobs, answers nobody.
import type { Service } from '@cardea/service';

/** Loads what it runs when it starts: who only knows of it does not carry BullMQ along. */
export const workerService: Service = {
  name: 'worker',
  async start(config, host) {
    const { startWorker } = await import('./start-worker.js');
    await startWorker(config, host);
  },
};
