// The world in which the checklist of Hydra's wire is walked: a demo in `hydra-compat` with everything switched on, a hook that
// answers as it is told, and people with browsers.
import { createServer } from 'node:http';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import type { BrowserSession } from './browser-session.js';
import { createBrowserSession, locationOf } from './browser-session.js';
import type { CreatedClient } from './clients.js';
import { createClient } from './clients.js';
import { askToken, authorizationUrl, freshCode, redeem } from './code-flow.js';
import type { Demo } from './demo.js';
import { freeBase, newHome, startDemo } from './demo.js';
import type { Person } from './login-app.js';
import { answerConsent, answerLogin } from './login-app.js';
import type { Served } from './processes.js';
import { serve } from './processes.js';

/** One row of the checklist: its number, what it says, and the walk that shows it. */
export type ChecklistRow = readonly [number: number, says: string, walk: (world: World) => Promise<void>];

export interface HookAnswer {
  readonly status: number;
  readonly body?: object;
}

export interface World {
  readonly demo: Demo;
  /** Confidential, may do everything; scopes openid, offline, read. */
  readonly client: CreatedClient;
  /** What the token hook answers from now on. */
  hook(answer: HookAnswer): void;
  admin(method: string, path: string, body?: unknown): Promise<Response>;
  public(method: string, path: string, init?: RequestInit): Promise<Response>;
  /** The status and the JSON of an answer. */
  read(answer: Promise<Response>): Promise<[number, Record<string, unknown>]>;
  newClient(overrides?: Record<string, unknown>): Promise<CreatedClient>;
  /** Takes a browser to the login app. @returns the challenge it arrives with */
  toLogin(browser?: BrowserSession, parameters?: Record<string, string>, client?: CreatedClient): Promise<string>;
  /** The same to the consent app. */
  toConsent(browser?: BrowserSession, person?: Person, client?: CreatedClient): Promise<string>;
  /** Logs somebody in who is remembered. */
  remembered(subject: string, client?: CreatedClient): Promise<BrowserSession>;
  toLogout(browser: BrowserSession): Promise<string>;
  tokens(parameters?: Record<string, string>, client?: CreatedClient, person?: Person): Promise<Tokens>;
  ask(parameters: Record<string, string>, client?: CreatedClient): ReturnType<typeof askToken>;
  introspect(token: string): Promise<Record<string, unknown>>;
  end(): Promise<void>;
}

export interface Tokens {
  readonly access_token: string;
  readonly refresh_token: string;
  readonly id_token: string;
}

export const challengeIn = (location: string, name: string): string => {
  const challenge = new URL(location, 'http://127.0.0.1').searchParams.get(`${name}_challenge`);
  if (challenge === null) throw new Error(`no ${name} challenge in ${location}`);
  return challenge;
};

/** The claims of a JWT, unverified: tests with openid-client verify them. */
export const claimsOf = (jwt: string): Record<string, unknown> =>
  JSON.parse(Buffer.from(jwt.split('.')[1] ?? '', 'base64url').toString()) as Record<string, unknown>;

async function hookServer(): Promise<{ server: Server; url: string; say(answer: HookAnswer): void }> {
  let now: HookAnswer = { status: 204 };
  const server = createServer((request, response) => {
    request.resume().on('end', () => {
      response.writeHead(now.status, { 'content-type': 'application/json' });
      response.end(now.body === undefined ? undefined : JSON.stringify(now.body));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return { server, url: `http://127.0.0.1:${String(port)}/hook`, say: (answer) => (now = answer) };
}

/** Hydra's settings, as a file of Hydra's would say them. */
const settings = (hook: string) => ({
  profile: 'hydra-compat',
  oidc: { dynamic_client_registration: { enabled: true } },
  oauth2: { token_hook: hook, grant: { refresh_token: { rotation_grace_period: '0s' } } },
  serve: { public: { cors: { enabled: true, allowed_origins: ['https://app.test'] } } },
  urls: {
    login: 'http://127.0.0.1:9/login?keep=1',
    consent: 'http://127.0.0.1:9/consent?keep=1',
    logout: 'http://127.0.0.1:9/logout?keep=1',
    device: { verification: 'http://127.0.0.1:9/device' },
  },
});

export async function createWorld(): Promise<World> {
  const home = newHome();
  const hook = await hookServer();
  const file = path.join(home.directory, 'checklist.yaml');
  // YAML contains JSON.
  writeFileSync(file, JSON.stringify(settings(hook.url)));
  const demo = await startDemo({ home: home.directory, args: ['--config', file] });
  const own = await createClient(demo.admin, { scope: 'openid offline read' });

  const toLogin: World['toLogin'] = async (browser = createBrowserSession(), parameters = {}, client = own) =>
    challengeIn(await locationOf(await browser.visit(authorizationUrl(demo, client, parameters))), 'login');
  const toConsent: World['toConsent'] = async (browser = createBrowserSession(), person = {}, client = own) => {
    const next = await answerLogin(demo.admin, await toLogin(browser, {}, client), person);
    return challengeIn(await locationOf(await browser.visit(next)), 'consent');
  };
  const admin: World['admin'] = (method, at, body) =>
    fetch(demo.admin + at, { method, redirect: 'manual', ...(body !== undefined && { body: JSON.stringify(body) }) });

  return {
    ...{ demo, client: own, hook: hook.say, admin, toLogin, toConsent },
    public: (method, at, init = {}) => fetch(demo.public + at, { method, redirect: 'manual', ...init }),
    async read(answer) {
      const response = await answer;
      return [response.status, (await response.json()) as Record<string, unknown>];
    },
    newClient: (overrides) => createClient(demo.admin, { scope: 'openid offline read', ...overrides }),
    async remembered(subject, client = own) {
      const browser = createBrowserSession();
      const challenge = await toConsent(browser, { subject, remember: true }, client);
      await browser.visit(await answerConsent(demo.admin, challenge, {}));
      return browser;
    },
    async toLogout(browser) {
      const asked = await browser.visit(`${demo.public}/oauth2/sessions/logout`);
      return challengeIn(await locationOf(asked), 'logout');
    },
    async tokens(parameters = {}, client = own, person = {}) {
      const { status, body } = await redeem(demo, client, await freshCode(demo, client, parameters, person));
      if (status !== 200) throw new Error(`no tokens: ${String(status)} ${JSON.stringify(body)}`);
      return body as Tokens;
    },
    ask: (parameters, client = own) => askToken(demo, client, parameters),
    async introspect(token) {
      const body = new URLSearchParams({ token });
      const answer = await fetch(`${demo.admin}/admin/oauth2/introspect`, { method: 'POST', body });
      return (await answer.json()) as Record<string, unknown>;
    },
    async end() {
      await demo.stop();
      hook.server.close();
      home.remove();
    },
  };
}

/** A gateway of its own beside the demo's. */
export async function gateway(
  world: World,
  ready: string,
  overrides: (base: number) => object,
): Promise<[served: Served, port: number]> {
  const base = await freeBase();
  const file = path.join(world.demo.home, `gateway-${String(base)}.yaml`);
  const ports = { public: { port: base }, management: { gateway: base + 10 } };
  const { serve: own = {}, ...rest } = overrides(base) as { serve?: object };
  writeFileSync(file, JSON.stringify({ serve: { ...ports, ...own }, ...rest }));
  const shared = path.join(world.demo.home, 'config/shared.yaml');
  return [await serve('gateway', [shared, file], `http://127.0.0.1:${String(base + 10)}/health/${ready}`), base];
}
