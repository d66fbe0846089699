// A process that launches the parts and then only waits to be killed: the parent that the orphan tests take away.
// Arguments: directory, cache, PostgreSQL's port, Redis's port. Prints one line of JSON when both run.
import { launchPostgres } from './postgres.js';
import { launchRedis } from './redis.js';

const [directory = '', cache = '', postgresPort, redisPort] = process.argv.slice(2);
const progress = (): void => undefined;
const postgres = await launchPostgres({ directory, cache, port: Number(postgresPort), progress });
const redis = await launchRedis({ directory, cache, port: Number(redisPort), progress, persist: true });
process.stdout.write(`${JSON.stringify({ postgres: postgres.pid, redis: redis.pid, dsn: postgres.dsn })}\n`);
