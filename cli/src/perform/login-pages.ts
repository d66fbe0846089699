// A login and consent app for a single person, where the URLs of the server point at `cardea perform`; for trying out only.
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Api, Json } from '../api/client.js';
import { readForm } from './loopback.js';
import { escape, sendPage } from './page.js';

type Page = (request: IncomingMessage, response: ServerResponse, url: URL) => Promise<void>;

/** By path. */
export type LoginPages = Readonly<Partial<Record<string, Page>>>;

const base = '/admin/oauth2/auth/requests';
const rememberSeconds = 3600;

/** Whether a form is ours: another site must not answer for the person. Only browsers say where a request comes from. */
function fromHere({ headers }: IncomingMessage): boolean {
  const site = headers['sec-fetch-site'];
  if (site !== undefined) return site === 'same-origin' || site === 'none';
  const { origin, host = '' } = headers;
  return origin === undefined || origin === `http://${host}` || origin === `https://${host}`;
}

/** @param skip whether what need not be asked is not asked */
export function createLoginPages(admin: () => Api, skip: boolean): LoginPages {
  const goOn = async (response: ServerResponse, path: string, query: Record<string, string>, json: Json) => {
    const { redirect_to: location } = (await admin().call('PUT', `${base}${path}`, { query, json })) as Json;
    response.writeHead(303, { location: String(location), 'cache-control': 'no-store' }).end();
  };

  /** @param draw the form's fields @param accept what accepting says */
  const step =
    (
      kind: 'login' | 'consent',
      draw: (asked: Json) => string,
      accept: (asked: Json, form: URLSearchParams) => Json,
    ): Page =>
    async (request, response, url) => {
      const name = `${kind}_challenge`;
      const query = { [name]: url.searchParams.get(name) ?? '' };
      const what = `${kind} request with this challenge`;
      const asked = (await admin().call('GET', `${base}/${kind}`, { query, what })) as Json;
      if (request.method === 'POST') {
        if (!fromHere(request)) {
          sendPage(response, 403, 'Not from here', '<p>This answer was sent by the page of another site.</p>');
          return;
        }
        const form = await readForm(request);
        if (form.get('action') === 'accept') return goOn(response, `/${kind}/accept`, query, accept(asked, form));
        return goOn(response, `/${kind}/reject`, query, {
          error: 'access_denied',
          error_description: 'The person said no.',
        });
      }
      if (skip && asked['skip'] === true) {
        return goOn(response, `/${kind}/accept`, query, accept(asked, new URLSearchParams()));
      }
      const buttons =
        '<p><button name="action" value="accept">Accept</button> <button name="action" value="deny">Deny</button></p>';
      const details = `<details><summary>The request</summary><pre>${escape(JSON.stringify(asked, null, 2))}</pre></details>`;
      sendPage(
        response,
        200,
        kind === 'login' ? 'Log in' : 'Allow this?',
        `<form method="post">${draw(asked)}${buttons}</form>${details}`,
      );
    };

  return {
    '/login': step(
      'login',
      ({ subject }) =>
        `<p><label>Subject <input name="username" required value="${escape(subject === '' ? 'alice' : String(subject))}"></label></p>` +
        '<p><label><input type="checkbox" name="remember" value="on"> Remember me</label></p>',
      ({ skip: known, subject }, form) => ({
        subject: known === true ? subject : (form.get('username') ?? ''),
        remember: form.get('remember') === 'on',
        remember_for: rememberSeconds,
      }),
    ),
    '/consent': step(
      'consent',
      ({ requested_scope: scope, client }) =>
        `<p>${escape(String((client as Json)['client_id']))} asks for: ${escape((scope as string[]).join(', '))}</p>`,
      ({ requested_scope: scope, requested_access_token_audience: audience }) => ({
        grant_scope: scope,
        grant_access_token_audience: audience,
        remember: true,
        remember_for: rememberSeconds,
      }),
    ),
  };
}
