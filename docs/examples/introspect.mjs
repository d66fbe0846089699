// Asks Cardea over gRPC what tokens are worth, as an internal service would: `node introspect.mjs HOST:PORT TOKEN...`
import grpc from '@grpc/grpc-js';
import protoLoader from '@grpc/proto-loader';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const [address, ...tokens] = process.argv.slice(2);
if (address === undefined || tokens.length === 0) {
  console.error('usage: node introspect.mjs HOST:PORT TOKEN...   (with mutual TLS: CA_FILE, CERT_FILE and KEY_FILE)');
  process.exit(2);
}

// In your own service, keep a copy of this one contract; it only ever grows.
const contract = fileURLToPath(new URL('../../proto/cardea/token/v1/introspection.proto', import.meta.url));
const definition = protoLoader.loadSync(contract, { longs: Number, defaults: true });
const { IntrospectionService } = grpc.loadPackageDefinition(definition).cardea.token.v1;

const { CA_FILE, CERT_FILE, KEY_FILE } = process.env;
const credentials =
  CA_FILE === undefined
    ? grpc.credentials.createInsecure()
    : grpc.credentials.createSsl(readFileSync(CA_FILE), readFileSync(KEY_FILE), readFileSync(CERT_FILE));
const client = new IntrospectionService(address, credentials);

const request = { requests: tokens.map((token) => ({ token })) };
client.introspectBatch(request, { deadline: Date.now() + 2_000 }, (error, answer) => {
  if (error) {
    // Nobody knows what the tokens are worth. That is not "inactive": refuse the request at hand, and try again.
    console.error(`${grpc.status[error.code]}: ${error.details}`);
    process.exitCode = 1;
  } else {
    for (const { active, subject, clientId, scope, expiresAt } of answer.responses) {
      console.log(JSON.stringify(active ? { active, subject, clientId, scope, expiresAt } : { active }));
    }
  }
  client.close();
});
