// The token service, wired by hand: PostgreSQL, the signer behind it, and all OAuth rules over them as the configuration has them.
import type { Service } from '@cardea/service';
import { followServices, listenDsn, required, securityOf, watchClock } from '@cardea/service';
import { listen } from './announcements.js';
import { createClientResolver } from './client-resolver.js';
import { connectSigner } from './connect-signer.js';
import type { Standing } from './create-services.js';
import { createServices } from './create-services.js';
import { listPublicKeys } from './create-token-rooms.js';
import { openEventStream } from './event-stream/open-stream.js';
import { watchKeys } from './event-stream/watch-keys.js';
import { createJobDesk } from './jobs/job-desk.js';
import { requireSchema } from './migrations.js';
import { createPublicKeys } from './public-keys.js';
import { systemSecrets, tokenSettings } from './settings.js';
import { createClients } from './storage/clients.js';
import { openDatabase } from './storage/database.js';

export const service: Service = {
  name: 'token',
  async start(config, host) {
    const { now, log } = host;
    // What is missing is said before anything is opened.
    systemSecrets(config);
    const { lifetimes } = tokenSettings(config);
    const dsn = required(config.dsn, 'dsn');

    const { pooler } = config.database;
    const database = openDatabase(dsn, log, { pooler, host });
    host.onStop(() => database.end());
    await requireSchema(host, database, lifetimes.access);
    const clock = await watchClock(host, database);
    host.onStop(() => clock.close());

    const clients = createClients(database);
    const resolver = createClientResolver({ clients, listenDsn: listenDsn(config), log, now });
    host.onStop(() => resolver.close());
    const signer = connectSigner(config, host, database);
    const publicKeys = createPublicKeys({ list: listPublicKeys(signer.keys), log, now });
    host.onStop(() => publicKeys.close());
    const keyNews = listen(listenDsn(config), {
      ...{ channel: 'cardea_keys', log, deaf: 'key changes cannot be heard; keys are read every few seconds' },
      heard: () => publicKeys.announced(),
      connected: () => undefined,
    });
    host.onStop(() => keyNews.close());

    const desk = createJobDesk(config.redis.queueUrl ?? config.redis.url, log);
    host.onStop(() => desk.close());

    const stream = await openEventStream(config, host, database);
    const keyWatch = watchKeys({ database, publicKeys, changes: signer.changes, log });
    host.onStop(() => keyWatch.close());

    const standing: Standing = { database, clients, resolver, signer, publicKeys, desk, stream };
    const services = await host.follow((current, onEnd) => createServices(current, host, standing, onEnd));
    const { address, tls } = config.serve.token;
    await host.serveGrpc(address, securityOf(tls, 'serve.token'), followServices(services).map(clock.guard), {
      reflection: true,
      advises: true,
    });
  },
};
