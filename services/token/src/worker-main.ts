// The worker as a process of its own.
import { run } from '@cardea/service';
import { workerService } from './worker-service.js';

await run(workerService);
