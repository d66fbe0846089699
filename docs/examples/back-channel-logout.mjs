// A relying party's end of OpenID Connect Back-Channel Logout 1.0: `node back-channel-logout.mjs CLIENT_ID [ISSUER] [PORT]`
import { createRemoteJWKSet, jwtVerify } from 'jose';
import http from 'node:http';

const [audience, issuer = 'http://127.0.0.1:4444', port = '8080'] = process.argv.slice(2);
const keys = createRemoteJWKSet(new URL('/.well-known/jwks.json', issuer));
const event = 'http://schemas.openid.net/event/backchannel-logout';
/** In your app: the store of sessions, from which all with this `sid` (or, without one, this `sub`) go. */
const ended = [];

async function bodyOf(request) {
  let text = '';
  for await (const piece of request) if ((text += piece).length > 20_000) throw new Error('too large');
  return new URLSearchParams(text);
}

http
  .createServer(async (request, response) => {
    response.setHeader('cache-control', 'no-store');
    if (request.method !== 'POST') return response.end(`${ended.join('\n')}\n`);
    try {
      const token = (await bodyOf(request)).get('logout_token') ?? '';
      const { payload } = await jwtVerify(token, keys, {
        issuer,
        audience,
        typ: 'logout+jwt',
        maxTokenAge: '5 minutes',
      });
      // §2.6: it says that it is one, and it is no ID token in disguise.
      if (payload.events?.[event] === undefined || payload.nonce !== undefined) throw new Error('no logout token');
      ended.push(`${payload.sub} is logged out`);
      return response.writeHead(200).end();
    } catch (error) {
      console.error(error.message);
      return response.writeHead(400).end();
    }
  })
  .listen(Number(port), '127.0.0.1', () => console.log(`http://127.0.0.1:${port}`));
