// An API that asks Cardea over HTTP what each token is worth (RFC 7662): `node api-introspection.mjs [PUBLIC_URL] [PORT]`
import http from 'node:http';

const [issuer = 'http://127.0.0.1:4444', port = '8080'] = process.argv.slice(2);
const { OAUTH2_CLIENT_ID: id = '', OAUTH2_CLIENT_SECRET: secret = '' } = process.env;
const authorization = `Basic ${Buffer.from(`${encodeURIComponent(id)}:${encodeURIComponent(secret)}`).toString('base64')}`;

/** Answers what the token is worth; throws when nobody knows. */
async function introspect(token) {
  const body = new URLSearchParams({ token });
  const signal = AbortSignal.timeout(2_000);
  const response = await fetch(`${issuer}/oauth2/introspect`, {
    method: 'POST',
    headers: { authorization },
    body,
    signal,
  });
  if (!response.ok) throw new Error(`introspection answered ${response.status}`);
  return response.json();
}

const refuse = (response, status, error, text = '') =>
  response.writeHead(status, { 'www-authenticate': `Bearer error="${error}"${text}` }).end();

http
  .createServer(async (request, response) => {
    const token = /^Bearer ([\w.~+/-]+=*)$/i.exec(request.headers.authorization ?? '')?.[1];
    if (token === undefined) return response.writeHead(401, { 'www-authenticate': 'Bearer' }).end();
    try {
      const { active, token_use, scope = '', sub } = await introspect(token);
      // A refresh token is no ticket to an API.
      if (!active || token_use !== 'access_token') return refuse(response, 401, 'invalid_token');
      if (!scope.split(' ').includes('photos.read'))
        return refuse(response, 403, 'insufficient_scope', ', scope="photos.read"');
      response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify({ photos: [], of: sub }));
    } catch (error) {
      // Not knowing is not "no": the caller may come again.
      console.error(error.message);
      response.writeHead(503, { 'retry-after': '1' }).end();
    }
  })
  .listen(Number(port), '127.0.0.1', () => console.log(`http://127.0.0.1:${port}`));
