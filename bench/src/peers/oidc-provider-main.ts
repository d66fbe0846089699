// A process with npm's oidc-provider and a login app that accepts everybody: `PORT [DSN]`. Says so when it listens.
import { createServer } from 'node:http';
import Provider from 'oidc-provider';
import { MemoryAdapter } from './memory-adapter.js';
import { settingsFor } from './oidc-provider-settings.js';
import { openPostgresAdapter } from './postgres-adapter.js';

const [port = '', dsn] = process.argv.slice(2);
const issuer = `http://127.0.0.1:${port}`;
const provider = new Provider(
  issuer,
  settingsFor(issuer, dsn === undefined ? MemoryAdapter : await openPostgresAdapter(dsn)),
);
const answer = provider.callback();
let people = 0;

/** What its documentation shows for a login app, without anybody asking: two prompts, each answered at once. */
async function interact(...[request, response]: Parameters<typeof answer>): Promise<void> {
  const { prompt, params, session } = await provider.interactionDetails(request, response);
  if (prompt.name === 'login') {
    const login = { accountId: `user-${String(people++ % 1000)}`, amr: ['pwd'] };
    return provider.interactionFinished(request, response, { login });
  }
  const grant = new provider.Grant({ accountId: session?.accountId ?? '', clientId: String(params['client_id']) });
  grant.addOIDCScope(String(params['scope']));
  grant.addOIDCClaims(['sub', 'name']);
  const consent = { grantId: await grant.save() };
  return provider.interactionFinished(request, response, { consent });
}

// Connections that wait for their turn stay open, as ours do.
createServer({ keepAliveTimeout: 75_000 }, (request, response) => {
  if (request.url?.startsWith('/interaction/') !== true) return void answer(request, response);
  interact(request, response).catch((error: unknown) => {
    response.statusCode = 500;
    response.end(String(error));
  });
}).listen(Number(port), '127.0.0.1', () => process.send?.('ready'));
// Whoever measures is gone: so is the peer.
process.on('disconnect', () => process.exit(0));
