// An API that reads JWT access tokens by itself (RFC 9068), with `jose`: `node api-jwt.mjs [ISSUER] [PORT]`
import { createRemoteJWKSet, jwtVerify } from 'jose';
import http from 'node:http';

const [issuer = 'http://127.0.0.1:4444', port = '8080'] = process.argv.slice(2);
// Fetched once, kept, and fetched again when a token names a key that is not in it.
const keys = createRemoteJWKSet(new URL('/.well-known/jwks.json', issuer));
const expected = { issuer, audience: 'https://photos.example', typ: 'at+jwt', algorithms: ['RS256', 'ES256'] };

http
  .createServer(async (request, response) => {
    const token = /^Bearer ([\w.~+/-]+=*)$/i.exec(request.headers.authorization ?? '')?.[1];
    if (token === undefined) return response.writeHead(401, { 'www-authenticate': 'Bearer' }).end();
    try {
      const { payload } = await jwtVerify(token, keys, expected);
      if (!String(payload.scope).split(' ').includes('photos.read')) return response.writeHead(403).end();
      response
        .writeHead(200, { 'content-type': 'application/json' })
        .end(JSON.stringify({ photos: [], of: payload.sub }));
    } catch (error) {
      // Anything but the token itself (the key set did not come, say) is no verdict about it: come again.
      const verdict = /^ERR_(JWT|JWS|JWKS_NO_MATCHING_KEY)/.test(error.code);
      console.error(error.message);
      response.writeHead(verdict ? 401 : 503, { 'www-authenticate': 'Bearer error="invalid_token"' }).end();
    }
  })
  .listen(Number(port), '127.0.0.1', () => console.log(`http://127.0.0.1:${port}`));
