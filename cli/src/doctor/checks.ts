// The one table of what `cardea doctor` looks at; docs/production.md has its checklist from here.
import { lookAtAddresses } from './addresses.js';
import { lookAtApps } from './apps.js';
import type { Check } from './checkup.js';
import { lookAtFiles } from './file-modes.js';
import { lookAtPorts } from './ports.js';
import { lookAtPostgres } from './postgres.js';
import { lookAtPublicFace } from './public-face.js';
import { lookAtRedis } from './redis.js';
import { lookAtRuntime } from './runtime.js';
import { lookAtSecrets } from './secrets.js';
import { lookAtSigner } from './signer.js';
import { lookThroughAdmin } from './through-admin.js';

/** From what is nearest to what depends on all the rest. */
export const checks: readonly Check[] = [
  {
    name: 'Node.js',
    wants: 'a version that still gets security updates: 24 is the long-term one',
    look: () => lookAtRuntime(process.versions),
  },
  {
    name: 'addresses and cookies',
    wants:
      'an https issuer, cookies that go with it, `urls.login`, `urls.consent` and `urls.logout` that other machines can reach, and an admin API that asks who is there',
    look: ({ config }) => lookAtAddresses(config),
  },
  {
    name: 'secrets',
    wants: 'each long, random, out of no tutorial, and used for one thing',
    look: ({ config }) => lookAtSecrets(config),
  },
  {
    name: 'files',
    wants: 'settings and secrets that no other user of the machine can read or change',
    look: lookAtFiles,
  },
  {
    name: 'PostgreSQL',
    wants:
      'version 14 or newer, commits that survive a crash, a clock that agrees, a role that is no superuser, and every migration run',
    look: lookAtPostgres,
  },
  {
    name: 'Redis',
    wants: '`maxmemory-policy noeviction` where the queues are, a password, a bound on its memory',
    look: lookAtRedis,
  },
  {
    name: 'keys',
    wants: 'a key that signs in each set, a real signature that verifies, and none older than its schedule',
    look: lookAtSigner,
  },
  { name: 'services', wants: 'all five, ready, each at its management port', look: lookAtPorts },
  {
    name: 'the issuer',
    wants: 'the same name from outside to the byte, and no admin API behind it',
    look: lookAtPublicFace,
  },
  { name: 'login and consent', wants: 'somebody who answers at each of the pages', look: lookAtApps },
  {
    name: 'queues and cookies',
    wants: 'no job that failed for good, no queue that grows, and cookies as they were meant',
    look: lookThroughAdmin,
  },
];
