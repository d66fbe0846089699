// The same with many: a thousand clients, a hundred thousand live tokens, each as often as Zipf says, and all kinds of requests
// mixed as a busy installation gets them.
import { zipf } from '../load/zipf.js';
import type { Lane } from '../load/lane.js';
import { onLanes, parseObject, textOf, WrongAnswer } from '../load/lane.js';
import { codeExchange } from './code-flow.js';
import { clientCredentialsScenarios } from './client-credentials.js';
import { refresh } from './grant-use.js';
import { askIntrospection, introspectionHttp, introspectionRequest } from './introspection.js';
import type { Scenario, Work } from './scenario.js';
import { createClient } from './stage.js';
import { askToken, clientCredentials, mintAccessTokens, tokenRequest } from './token-requests.js';

const clients = 1_000;
const liveTokens = 100_000;

export const manyClients: Scenario = {
  name: 'client-credentials-1000',
  about: 'client_credentials of a thousand clients, the first twice as often as the second (Zipf)',
  long: true,
  async prepare(stage) {
    const [first] = stage.lanes;
    const callers = await stage.once('a thousand clients', () =>
      onLanes(stage.lanes, clients, async (lane) => {
        const client = await createClient(lane.admin, {});
        return { client, request: tokenRequest(first as Lane, client, clientCredentials) };
      }),
    );
    const choose = zipf(clients, Math.random);
    return {
      async step(lane) {
        const { client, request } = callers[choose()] as (typeof callers)[number];
        return `${client.clientId} ${await askToken(lane, request)}`;
      },
      async check(kept) {
        const [clientId = '', text = ''] = kept.split(/ (.*)/s);
        const token = textOf(parseObject(text, 'a token'), 'access_token', 'a token');
        const said = await stage.introspect(token, await stage.client());
        if (said['client_id'] !== clientId) throw new WrongAnswer('a token of another client');
      },
    };
  },
};

export const manyTokens: Scenario = {
  name: 'introspection-100k',
  about: 'introspection of a hundred thousand live tokens (Zipf): some are cached, some are not',
  rivals: 'none',
  long: true,
  async prepare(stage) {
    const client = await stage.client();
    const requests = await stage.once('a hundred thousand tokens', async () => {
      const tokens = await mintAccessTokens(stage, client, liveTokens);
      return tokens.map((token) => introspectionRequest(stage, client, token));
    });
    const choose = zipf(liveTokens, Math.random);
    return {
      step: (lane) => askIntrospection(lane, requests[choose()] as Buffer, true),
      async check(kept) {
        if (parseObject(kept, 'introspection')['client_id'] !== client.clientId) throw new WrongAnswer(kept);
        return Promise.resolve();
      },
    };
  },
};

/** Of twenty requests: 14 introspections, 3 refreshes, 2 tokens for clients, 1 code (performance §6). */
const order = 'iriiciiriixiiriiciii';

export const mix: Scenario = {
  name: 'mix',
  about: '70 % introspection, 15 % refresh, 10 % client_credentials, 5 % code exchange',
  async prepare(stage, units) {
    const parts: Readonly<Record<string, Scenario>> = {
      i: introspectionHttp,
      r: refresh,
      c: clientCredentialsScenarios[0] as Scenario,
      x: codeExchange('ES256'),
    };
    const works = new Map<string, Work>();
    // One in twenty uses a code up: so many last for five times as many requests.
    const some = Math.ceil(units / 4);
    for (const [letter, scenario] of Object.entries(parts)) works.set(letter, await scenario.prepare(stage, some));
    let next = 0;
    let over = false;
    return {
      step(lane) {
        const letter = order.charAt(next++ % order.length);
        const unit = over ? undefined : works.get(letter)?.step(lane);
        // Without codes it would be another mix: all lanes end together.
        over = unit === undefined;
        return unit?.then((kept) => letter + kept);
      },
      check: (kept) => works.get(kept.charAt(0))?.check(kept.slice(1)) ?? Promise.resolve(),
    };
  },
};
