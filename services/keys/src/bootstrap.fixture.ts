// Creates the first keys in a process of its own: a PKCS#11 library reads its environment when it is loaded.
import { configFromProcess } from '@cardea/service';
import { randomBytes } from 'node:crypto';
import { bootstrapKeys } from './bootstrap.js';
import { quietLog } from './database.fixture.js';

try {
  const result = await bootstrapKeys(configFromProcess(), { log: quietLog, now: Date.now, random: randomBytes });
  process.stdout.write(JSON.stringify(result));
} catch (error) {
  process.stderr.write((error as Error).message);
  process.exitCode = 1;
}
