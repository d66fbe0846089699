// Who sits at the browser that a command opens: logs in as Grace, agrees to everything, and stops where no form is left.
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { BrowserSession } from '../browser-session.js';
import { createBrowserSession } from '../browser-session.js';

/** Somebody who can be told, over HTTP, to open an address. */
export interface Person {
  /** `POST` with `url`, the address to open, or with `login-app`, where logins and consents are answered from then on. */
  readonly url: string;
  /** What could not be done, or where it ended, a line each. */
  diary(): string;
  stop(): Promise<void>;
}

const attribute = (tag: string, name: string) => new RegExp(`\\b${name}="([^"]*)"`).exec(tag)?.[1];
const unescaped = (text: string) => text.replaceAll('&amp;', '&').replaceAll('&#38;', '&');

/** The form of a page as somebody who agrees would send it. */
function filledIn(page: string): { action: string | undefined; body: URLSearchParams } | undefined {
  const form = /<form\b[^]*?<\/form>/.exec(page)?.[0];
  if (form === undefined) return undefined;
  const body = new URLSearchParams();
  for (const [tag] of form.matchAll(/<input\b[^>]*>/g)) {
    const name = attribute(tag, 'name') ?? '';
    if (name === '' || name === 'remember') continue;
    const typed = name === 'username' ? 'grace' : name === 'password' ? 'any password' : undefined;
    body.append(name, unescaped(typed ?? attribute(tag, 'value') ?? ''));
  }
  const button = /<button\b[^>]*>/.exec(form)?.[0] ?? '';
  const [name, value] = [attribute(button, 'name'), attribute(button, 'value')];
  if (name !== undefined) body.append(name, value ?? '');
  const action = attribute(form, 'action');
  return { action: action === undefined ? undefined : unescaped(action), body };
}

/** Goes there and on. @param moved gives the address that is really visited @returns where it ended */
async function visit(session: BrowserSession, start: string, moved: (url: string) => string): Promise<string> {
  let url = moved(start);
  let response = await session.visit(url);
  for (let hop = 0; hop < 30; hop++) {
    const location = response.headers.get('location');
    if (location !== null) {
      url = moved(new URL(location, url).href);
      response = await session.visit(url);
      continue;
    }
    const form = filledIn(await response.text());
    if (form === undefined) return `${url} answered ${String(response.status)}`;
    url = new URL(form.action ?? url, url).href;
    response = await session.visit(url, { method: 'POST', body: form.body });
  }
  return `${url}: no end of it`;
}

/** @param demoLoginApp whose place `login-app` takes, as if the `urls.*` of the provider had it */
export async function startPerson(demoLoginApp: string): Promise<Person> {
  let loginApp = demoLoginApp;
  const diary: string[] = [];
  const session = createBrowserSession();
  const moved = (url: string) => (url.startsWith(`${demoLoginApp}/`) ? loginApp + url.slice(demoLoginApp.length) : url);
  const server = createServer((request, response) => {
    let text = '';
    request.setEncoding('utf8').on('data', (piece: string) => (text += piece));
    request.on('end', () => {
      const told = new URLSearchParams(text);
      loginApp = told.get('login-app') ?? loginApp;
      response.end();
      const url = told.get('url');
      if (url === null) return;
      visit(session, url, moved).then(
        (end) => diary.push(end),
        (error: unknown) => diary.push(`${url}: ${String(error)}`),
      );
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${String((server.address() as AddressInfo).port)}/`,
    diary: () => diary.join('\n'),
    stop: () => new Promise((resolve) => server.close(() => resolve())),
  };
}
