// A process of its own that ends tokens as it is told, for tests that kill it while it does.
import { tokenV1 } from '@cardea/rpc';
import type { Metrics } from '@cardea/service';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { sealReplay } from '../replay.js';
import { openDatabase } from '../storage/database.js';
import { createFamilies } from '../storage/families.js';
import { createIssuedTokens } from '../storage/issued-tokens.js';
import { createRefreshTokens } from '../storage/refresh-tokens.js';
import { openTokenCache } from './create-cache.js';

/** What it is told: the first argument, as JSON. */
export interface Doom {
  readonly dsn: string;
  readonly redisUrl: string;
  readonly secrets: readonly string[];
  readonly grants: { readonly fall: string; readonly withdraw: string };
  readonly clients: { readonly fall: string; readonly access: string };
  readonly sessionId: string;
  readonly subject: string;
  /** The key of an access token without a family, base64url, and its expiry. */
  readonly own: { readonly key: string; readonly expiresAt: number };
  /** A refresh token and its key, base64url, to be rotated at an instant in milliseconds; `successor` becomes its access token. */
  readonly rotation: {
    readonly token: string;
    readonly key: string;
    readonly grantId: string;
    readonly clientId: string;
    readonly now: number;
  };
}

const doom = JSON.parse(process.argv[2] ?? '') as Doom;
const counter: object = { inc: () => undefined, labels: () => counter };
const noMetrics = { counter: () => counter } as unknown as Metrics;
const quiet = () => undefined;
const log = { debug: quiet, info: quiet, warn: quiet, error: quiet };
const database = openDatabase(doom.dsn, log);
const cache = openTokenCache({
  url: doom.redisUrl,
  database,
  secrets: doom.secrets,
  random: randomBytes,
  now: Date.now,
  log,
  metrics: noMetrics,
  commandTimeoutMillis: 600_000,
});

// Once an answer comes from Redis, this process knows the server that is believed.
const ref = { key: randomBytes(32), expiresAt: Math.floor(Date.now() / 1000) + 600 };
for (let cached = false; !cached; await sleep(20)) {
  cached = true;
  await cache.find(ref, () => {
    cached = false;
    return Promise.resolve(Buffer.from('something'));
  });
}
process.stdout.write('ready\n');
await once(process.stdin, 'data');

const families = createFamilies(database, cache);
const issued = createIssuedTokens(database, cache);
const refreshTokens = createRefreshTokens(database, cache);
const { rotation } = doom;
const rotated = Buffer.from(rotation.key, 'base64url');
const row = await refreshTokens.find(rotated);
if (row === undefined) throw new Error('there is nothing to rotate');
const made = () => ({ key: randomBytes(32), expiresAt: ref.expiresAt, body: Buffer.alloc(0) });
await Promise.all([
  families.fall(doom.grants.fall),
  families.withdraw({ grantId: doom.grants.withdraw }),
  families.fallOfClient(doom.clients.fall),
  families.endAccessOfClient(doom.clients.access),
  families.endOne({ key: Buffer.from(doom.own.key, 'base64url'), expiresAt: doom.own.expiresAt }),
  issued.endOfSession(doom.sessionId),
  refreshTokens.rotate({
    key: rotated,
    grantId: rotation.grantId,
    former: row.access,
    access: { ...made(), grantId: rotation.grantId, clientId: rotation.clientId },
    refresh: made(),
    replay: sealReplay(rotation.token, tokenV1.IssueTokenResponse.create({ accessToken: 'successor' }), randomBytes),
    now: rotation.now,
  }),
  issued.end({ subject: doom.subject, clientId: undefined, after: undefined, before: undefined }),
]);
process.stdout.write('done\n');
