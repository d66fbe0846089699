// The least a request can cost here: a node:http server that answers everything with the same few bytes. `PORT`. Says so when it
// listens.
import { createServer } from 'node:http';

const [port = ''] = process.argv.slice(2);
const issuer = `http://127.0.0.1:${port}`;
const document = JSON.stringify({ issuer, jwks_uri: `${issuer}/.well-known/jwks.json` });
const headers = { 'Content-Type': 'application/json', 'Content-Length': String(Buffer.byteLength(document)) };

// Connections that wait for their turn stay open, as those of services do.
createServer({ keepAliveTimeout: 75_000 }, (_request, response) =>
  response.writeHead(200, headers).end(document),
).listen(Number(port), '127.0.0.1', () => process.send?.('ready'));
// Whoever measures is gone: so is this.
process.on('disconnect', () => process.exit(0));
