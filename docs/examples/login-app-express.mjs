// A login and consent app in Express, with Hydra's SDK: `node login-app-express.mjs [ADMIN_URL] [PORT]`
import { Configuration, OAuth2Api } from '@ory/hydra-client';
import express from 'express';
import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';

const [basePath = 'http://127.0.0.1:4445', port = '3100'] = process.argv.slice(2);
const { CARDEA_ADMIN_KEY } = process.env;
// Where callers of the admin API prove themselves (docs/admin-authentication.md).
const headers = CARDEA_ADMIN_KEY ? { Authorization: `Bearer ${CARDEA_ADMIN_KEY}` } : {};
const cardea = new OAuth2Api(new Configuration({ basePath, baseOptions: { headers } }));

/** Your users: look them up, check a hash of the password, slow down those who guess. */
const subjectOf = (username, password) => (username && password ? username : undefined);

/** A form may only be sent by the page it came with: its token belongs to the challenge and to a cookie of this browser. */
const secret = randomBytes(32);
const formToken = (challenge, cookie) =>
  createHmac('sha256', secret).update(`${cookie}\n${challenge}`).digest('base64url');
const sameText = (a, b) => a.length === b.length && timingSafeEqual(Buffer.from(a), Buffer.from(b));

const escape = (text) => String(text).replace(/[&<>"']/g, (sign) => `&#${sign.charCodeAt(0)};`);
const buttons =
  '<button name="decision" value="accept">Yes</button> <button name="decision" value="reject">No</button>';
const send = (response, kind, { challenge, token }, body) =>
  response.send(`<!doctype html><html lang="en"><meta name="viewport" content="width=device-width"><title>${kind}</title>
    <h1>${kind}</h1><form method="post" action="/${kind}">
    <input type="hidden" name="challenge" value="${escape(challenge)}"><input type="hidden" name="token" value="${token}">
    ${body}${buttons}</form>`);

const denied = { error: 'access_denied', error_description: 'The person said no.' };
const app = express();
app.disable('x-powered-by');
app.use(express.urlencoded({ extended: false, limit: '10kb' }));

// Every page: never stored, never framed; a challenge; and for forms, that they came from this browser's page.
app.use((request, response, next) => {
  response
    .set('cache-control', 'no-store')
    .set('content-security-policy', "default-src 'none'; frame-ancestors 'none'");
  const challenge = request.body?.challenge ?? request.query[`${request.path.slice(1)}_challenge`];
  if (typeof challenge !== 'string') return response.status(400).send('Begin at the app that sent you here.');
  const cookie =
    /\blogin_app=([\w-]+)/.exec(request.headers.cookie ?? '')?.[1] ?? randomBytes(16).toString('base64url');
  // Behind https add `secure: true`.
  response.cookie('login_app', cookie, { httpOnly: true, sameSite: 'lax' });
  response.locals = { challenge, token: formToken(challenge, cookie) };
  const genuine = request.method === 'GET' || sameText(String(request.body.token ?? ''), response.locals.token);
  return genuine ? next() : response.status(403).send('Go back and send the form again.');
});

app.get('/login', async (_request, response) => {
  const { challenge: loginChallenge } = response.locals;
  const { data: asked } = await cardea.getOAuth2LoginRequest({ loginChallenge });
  if (!asked.skip) {
    send(
      response,
      'login',
      response.locals,
      '<input name="username" autofocus> <input name="password" type="password"> ',
    );
    return;
  }
  // Somebody who is logged in already: do not ask again, but do answer.
  const acceptOAuth2LoginRequest = { subject: asked.subject };
  const { data } = await cardea.acceptOAuth2LoginRequest({ loginChallenge, acceptOAuth2LoginRequest });
  response.redirect(303, data.redirect_to);
});

app.post('/login', async (request, response) => {
  const { challenge: loginChallenge } = response.locals;
  const { decision, username, password } = request.body;
  if (decision !== 'accept') {
    const { data } = await cardea.rejectOAuth2LoginRequest({ loginChallenge, rejectOAuth2Request: denied });
    response.redirect(303, data.redirect_to);
    return;
  }
  const subject = subjectOf(username, password);
  if (subject === undefined) {
    response.redirect(303, `/login?${new URLSearchParams({ login_challenge: loginChallenge })}`);
    return;
  }
  const acceptOAuth2LoginRequest = { subject, remember: true, remember_for: 3600, amr: ['pwd'] };
  const { data } = await cardea.acceptOAuth2LoginRequest({ loginChallenge, acceptOAuth2LoginRequest });
  response.redirect(303, data.redirect_to);
});

async function grant(response, consentChallenge, asked) {
  const acceptOAuth2ConsentRequest = {
    grant_scope: asked.requested_scope,
    grant_access_token_audience: asked.requested_access_token_audience,
    // What clients learn about the person. The first goes into ID tokens, the other to those who introspect.
    session: { id_token: { name: asked.subject }, access_token: {} },
  };
  const { data } = await cardea.acceptOAuth2ConsentRequest({ consentChallenge, acceptOAuth2ConsentRequest });
  response.redirect(303, data.redirect_to);
}

app.get('/consent', async (_request, response) => {
  const { challenge: consentChallenge } = response.locals;
  const { data: asked } = await cardea.getOAuth2ConsentRequest({ consentChallenge });
  if (asked.skip || asked.client.skip_consent) {
    await grant(response, consentChallenge, asked);
    return;
  }
  const scopes = asked.requested_scope.map((scope) => `<li>${escape(scope)}`).join('');
  const client = escape(asked.client.client_name || asked.client.client_id);
  send(response, 'consent', response.locals, `<p>${client} asks for:<ul>${scopes}</ul>`);
});

app.post('/consent', async (request, response) => {
  const { challenge: consentChallenge } = response.locals;
  if (request.body.decision === 'accept') {
    const { data: asked } = await cardea.getOAuth2ConsentRequest({ consentChallenge });
    await grant(response, consentChallenge, asked);
    return;
  }
  const { data } = await cardea.rejectOAuth2ConsentRequest({ consentChallenge, rejectOAuth2Request: denied });
  response.redirect(303, data.redirect_to);
});

app.get('/logout', async (_request, response) => {
  const { data: asked } = await cardea.getOAuth2LogoutRequest({ logoutChallenge: response.locals.challenge });
  send(response, 'logout', response.locals, `<p>Log out ${escape(asked.subject)}?</p>`);
});

app.post('/logout', async (request, response) => {
  const { challenge: logoutChallenge } = response.locals;
  if (request.body.decision === 'accept') {
    const { data } = await cardea.acceptOAuth2LogoutRequest({ logoutChallenge });
    response.redirect(303, data.redirect_to);
    return;
  }
  await cardea.rejectOAuth2LogoutRequest({ logoutChallenge });
  response.send('You are still logged in.');
});

// Four parameters, or Express does not take it for what it is.
app.use((error, _request, response, _next) => {
  const { status, data } = error.response ?? {};
  // Answered before, by a second click perhaps: the answer says where the browser goes on.
  if (status === 410 && data.redirect_to) {
    response.redirect(303, data.redirect_to);
    return;
  }
  console.error(data?.error_description ?? error.message);
  // 404: too old or never there. Anything else is between Cardea and us, and will pass.
  response.status(status === 404 ? 404 : 503).send('Go back to the app and begin again.');
});

app.listen(Number(port), '127.0.0.1', () => console.log(`http://127.0.0.1:${port}`));
