// A login and consent app with nothing but Node.js: `node login-app-fetch.mjs [ADMIN_URL] [PORT]`
import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import http from 'node:http';

const [admin = 'http://127.0.0.1:4445', port = '3100'] = process.argv.slice(2);
const headers = { 'content-type': 'application/json' };
// Where callers of the admin API prove themselves (docs/admin-authentication.md).
if (process.env.CARDEA_ADMIN_KEY) headers.authorization = `Bearer ${process.env.CARDEA_ADMIN_KEY}`;

/** Asks about a login, consent or logout request, or answers it. */
async function cardea(kind, challenge, verdict, body) {
  const url = new URL(`/admin/oauth2/auth/requests/${kind}${verdict ? `/${verdict}` : ''}`, admin);
  url.searchParams.set(`${kind}_challenge`, challenge);
  const method = verdict ? 'PUT' : 'GET';
  const response = await fetch(url, { method, headers, body: body && JSON.stringify(body) });
  if (response.status === 204) return {};
  const answer = await response.json();
  // Answered before, by a second click perhaps: the answer says where the browser goes on.
  if (response.status === 410 && answer.redirect_to) return { redirect_to: answer.redirect_to, handled: true };
  if (!response.ok) throw Object.assign(new Error(answer.error_description), { status: response.status });
  return answer;
}

/** Your users: look them up, check a hash of the password, slow down those who guess. */
const subjectOf = (username, password) => (username !== '' && password !== '' ? username : undefined);

/** A form may only be sent by the page it came with: its token belongs to the challenge and to a cookie of this browser. */
const secret = randomBytes(32);
const formToken = (challenge, cookie) =>
  createHmac('sha256', secret).update(`${cookie}\n${challenge}`).digest('base64url');
const sameText = (a, b) => a.length === b.length && timingSafeEqual(Buffer.from(a), Buffer.from(b));

const escape = (text) => String(text).replace(/[&<>"']/g, (sign) => `&#${sign.charCodeAt(0)};`);
const page = (title, body) =>
  `<!doctype html><html lang="en"><meta name="viewport" content="width=device-width"><title>${title}</title><h1>${title}</h1>${body}`;
const form = (kind, { challenge, token }, body) =>
  page(
    kind,
    `<form method="post" action="/${kind}"><input type="hidden" name="challenge" value="${escape(challenge)}">
    <input type="hidden" name="token" value="${token}">${body}</form>`,
  );
const buttons =
  '<button name="decision" value="accept">Yes</button> <button name="decision" value="reject">No</button>';

const denied = { error: 'access_denied', error_description: 'The person said no.' };

/** What each page asks, and what it does with the answer: `{ html }` or `{ redirect_to }`. */
const pages = {
  login: {
    async ask(at) {
      const request = await cardea('login', at.challenge);
      // Somebody who is logged in already: do not ask again, but do answer.
      if (request.handled) return request;
      if (request.skip) return cardea('login', at.challenge, 'accept', { subject: request.subject });
      const fields = '<input name="username" autofocus> <input name="password" type="password">';
      return { html: form('login', at, fields + buttons) };
    },
    async answer(at, sent) {
      if (sent.get('decision') !== 'accept') return cardea('login', at.challenge, 'reject', denied);
      const subject = subjectOf(sent.get('username') ?? '', sent.get('password') ?? '');
      if (subject === undefined) return this.ask(at);
      return cardea('login', at.challenge, 'accept', { subject, remember: true, remember_for: 3600, amr: ['pwd'] });
    },
  },
  consent: {
    async ask(at) {
      const request = await cardea('consent', at.challenge);
      if (request.handled) return request;
      if (request.skip || request.client.skip_consent) return this.grant(at, request);
      const client = escape(request.client.client_name || request.client.client_id);
      const scopes = request.requested_scope.map((scope) => `<li>${escape(scope)}`).join('');
      return { html: form('consent', at, `<p>${client} asks for:<ul>${scopes}</ul>${buttons}`) };
    },
    async answer(at, sent) {
      if (sent.get('decision') !== 'accept') return cardea('consent', at.challenge, 'reject', denied);
      return this.grant(at, await cardea('consent', at.challenge));
    },
    grant: (at, request) =>
      request.handled
        ? request
        : cardea('consent', at.challenge, 'accept', {
            grant_scope: request.requested_scope,
            grant_access_token_audience: request.requested_access_token_audience,
            // What clients learn about the person. The first goes into ID tokens, the other to those who introspect.
            session: { id_token: { name: request.subject }, access_token: {} },
          }),
  },
  logout: {
    async ask(at) {
      const request = await cardea('logout', at.challenge);
      return request.handled
        ? request
        : { html: form('logout', at, `<p>Log out ${escape(request.subject)}?</p>${buttons}`) };
    },
    async answer(at, sent) {
      if (sent.get('decision') === 'accept') return cardea('logout', at.challenge, 'accept');
      await cardea('logout', at.challenge, 'reject');
      return { html: page('You are still logged in', '') };
    },
  },
};

async function bodyOf(request) {
  let text = '';
  for await (const piece of request) if ((text += piece).length > 10_000) throw new Error('too large');
  return new URLSearchParams(text);
}

async function handle(request, response) {
  const url = new URL(request.url, `http://127.0.0.1:${port}`);
  const kind = url.pathname.slice(1);
  if (!Object.hasOwn(pages, kind)) return response.writeHead(404).end();
  const sent = request.method === 'POST' ? await bodyOf(request) : undefined;
  const challenge = sent?.get('challenge') ?? url.searchParams.get(`${kind}_challenge`);
  if (!challenge) return response.writeHead(400).end('Begin at the app that sent you here.');
  const cookie =
    /\blogin_app=([\w-]+)/.exec(request.headers.cookie ?? '')?.[1] ?? randomBytes(16).toString('base64url');
  const at = { challenge, token: formToken(challenge, cookie) };
  const genuine = sent !== undefined && sameText(sent.get('token') ?? '', at.token);
  const { redirect_to, html } = genuine ? await pages[kind].answer(at, sent) : await pages[kind].ask(at);
  response.setHeader('cache-control', 'no-store');
  response.setHeader('content-security-policy', "default-src 'none'; frame-ancestors 'none'");
  if (redirect_to) return response.writeHead(303, { location: redirect_to }).end();
  // Behind https add `; Secure`.
  response.setHeader('set-cookie', `login_app=${cookie}; Path=/; HttpOnly; SameSite=Lax`);
  return response.writeHead(200, { 'content-type': 'text/html; charset=utf-8' }).end(html);
}

http
  .createServer((request, response) =>
    handle(request, response).catch((error) => {
      console.error(error.message);
      // 404: too old or never there. Anything else is between Cardea and us, and will pass.
      response.writeHead(error.status === 404 ? 404 : 503).end('Go back to the app and begin again.');
    }),
  )
  .listen(Number(port), '127.0.0.1', () => console.log(`http://127.0.0.1:${port}`));
