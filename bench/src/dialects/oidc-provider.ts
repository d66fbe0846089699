// npm's oidc-provider: the login app lives in its process, so that a browser walks through it by redirects alone, and whoever
// introspects is a client.
import { browseOn, stateOf, startOfFlow } from '../load/flow.js';
import { WrongAnswer } from '../load/lane.js';
import type { Dialect } from './dialect.js';

/** Two prompts, each with its way there and back. */
const mostHops = 8;

export const oidcProviderDialect: Dialect = {
  async obtainCode(lane, client, number) {
    const cookies = new Map<string, string>();
    let target = startOfFlow(client, number);
    for (let hop = 0; hop < mostHops; hop++) {
      const url = await browseOn(lane.public, target, cookies);
      if (url.href.startsWith(client.redirectUri)) {
        const code = url.searchParams.get('code');
        if (code === null || url.searchParams.get('state') !== stateOf(number)) {
          throw new WrongAnswer(`a flow came back with ${url.href.slice(0, 300)}`);
        }
        return code;
      }
      target = url.pathname + url.search;
    }
    throw new WrongAnswer('a flow went round and round');
  },
  async checkLogin(_lane, _client, challenge) {
    if (!/^[\w-]{21,64}$/.test(challenge)) throw new WrongAnswer(`no interaction but ${challenge}`);
    await Promise.resolve();
  },
  introspectionHeaders: ({ authorization }) => ({ Authorization: authorization }),
};
