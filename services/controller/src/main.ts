// The controller as a process of its own.
import { run } from '@cardea/service';
import { service } from './service.js';

await run(service);
