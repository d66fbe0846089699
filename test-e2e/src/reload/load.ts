// Callers that never pause for longer than a moment while settings change under their feet, and what failed for them.
import { setTimeout as sleep } from 'node:timers/promises';
import { createBrowserSession } from '../browser-session.js';
import type { CreatedClient } from '../clients.js';
import { basic } from '../clients.js';
import { authorizationUrl } from '../code-flow.js';
import type { Demo } from '../demo.js';
import { ask, form } from './world.js';

export interface Load {
  readonly failures: string[];
  answered(): number;
  /** While clients have a share of requests, being told that it is used up is an answer. */
  allowLimits(allowed: boolean): void;
  stop(): Promise<void>;
}

/** @param adminKey what the admin API is shown, whether or not it asks */
export function startLoad(demo: Demo, client: CreatedClient, adminKey: string): Load {
  const failures: string[] = [];
  let answered = 0;
  let stopped = false;
  let limits = false;
  const keepOn = async (what: string, once: () => Promise<void>): Promise<void> => {
    for (; !stopped; await sleep(5)) {
      try {
        await once();
        answered++;
      } catch (error) {
        failures.push(`${what}: ${String(error)}`);
      }
    }
  };
  const discovery = async (): Promise<void> => {
    const { status } = await ask(`${demo.public}/.well-known/openid-configuration`);
    if (status !== 200) throw new Error(String(status));
  };
  const token = async (): Promise<void> => {
    const parameters = { grant_type: 'client_credentials' };
    const { status, json } = await ask(
      `${demo.public}/oauth2/token`,
      form(parameters, { authorization: basic(client) }),
    );
    if (status === 429 && limits) return;
    if (status !== 200) throw new Error(`no token: ${String(status)} ${JSON.stringify(json)}`);
    const told = await ask(
      `${demo.admin}/admin/oauth2/introspect`,
      form({ token: String(json['access_token']) }, { authorization: `Bearer ${adminKey}` }),
    );
    if (told.json['active'] !== true) throw new Error(`a token that was just issued: ${String(told.status)}`);
  };
  const login = async (): Promise<void> => {
    const { status } = await createBrowserSession().visit(authorizationUrl(demo, client));
    if (status !== 303 && status !== 302) throw new Error(String(status));
  };
  const loops = [
    keepOn('discovery', discovery),
    keepOn('token', token),
    keepOn('token', token),
    keepOn('login', login),
  ];
  return {
    failures,
    answered: () => answered,
    allowLimits: (allowed) => void (limits = allowed),
    async stop() {
      stopped = true;
      await Promise.all(loops);
    },
  };
}
