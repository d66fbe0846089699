// The worker, the token service's second role: runs queued jobs, answers nobody.
import type { Service } from '@cardea/service';
import { required } from '@cardea/service';
import { requireSchema } from './migrations.js';
import { openDatabase } from './storage/database.js';
import { createPruneWorker } from './worker.js';

export const workerService: Service = {
  name: 'worker',
  async start(config, host) {
    const { log, metrics, now } = host;
    const redisUrl = required(config.redis.url, 'redis.url');
    const database = openDatabase(required(config.dsn, 'dsn'), log, { max: 2, name: 'cardea-worker' });
    host.onStop(() => database.end());
    await requireSchema(host, database);
    const worker = createPruneWorker({ redisUrl, database, log, metrics, now });
    host.onStop(() => worker.close());
    host.checks.add('queue', () => worker.ready());
  },
};
