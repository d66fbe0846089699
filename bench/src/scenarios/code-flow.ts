// The authorization code flow to its code, and the redemption of codes that were obtained beforehand (RFC 6749 §4.1,
// OpenID Connect Core §3.1).
import { askForLogin } from '../load/flow.js';
import { parseObject, textOf, WrongAnswer } from '../load/lane.js';
import type { Scenario } from './scenario.js';
import { recordMicros } from './scenario.js';
import { askToken, codeParameters, mintCodes, tokenRequest } from './token-requests.js';

export const authorize: Scenario = {
  name: 'authorize',
  about: 'the first leg alone: an authorization request to the redirect that asks for a login',
  limits: { aim: 120, neverAbove: 160 },
  async prepare(stage) {
    const client = await stage.client();
    const [lane] = stage.lanes;
    return {
      step: (own) => askForLogin(own, client, stage.number(), new Map()),
      async check(challenge) {
        if (lane !== undefined) await stage.dialect.checkLogin(lane, client, challenge);
      },
    };
  },
};

export const wholeFlow: Scenario = {
  name: 'flow',
  about: 'the whole login and consent flow to the code: 3 browser hops, 4 admin calls',
  limits: { aim: 1_200, neverAbove: 1_600 },
  async prepare(stage) {
    const client = await stage.client();
    const [lane] = stage.lanes;
    return {
      step: (own) => stage.dialect.obtainCode(own, client, stage.number()),
      async check(code) {
        if (lane === undefined) return;
        const text = await askToken(lane, tokenRequest(lane, client, codeParameters(client, code)));
        textOf(parseObject(text, 'a code exchange'), 'access_token', 'a code exchange');
      },
    };
  },
};

/** Access, refresh and ID token for a code, the ID token signed with the given algorithm. */
export function codeExchange(algorithm: 'ES256' | 'RS256'): Scenario {
  const name = `code-exchange-${algorithm.toLowerCase()}`;
  return {
    name,
    about: `redeem a code for access, refresh and ID token (${algorithm})`,
    limits: {
      ...(algorithm === 'ES256' ? { aim: 430, neverAbove: 520 } : { aim: 800, neverAbove: 900 }),
      record: recordMicros,
    },
    async prepare(stage, units) {
      const client = await stage.client({ id_token_signed_response_alg: algorithm });
      const codes = await mintCodes(stage, client, units);
      const [first] = stage.lanes;
      const requests = codes.map((code) => tokenRequest(first as never, client, codeParameters(client, code)));
      return {
        step(lane) {
          const request = requests.pop();
          return request && askToken(lane, request);
        },
        async check(kept) {
          const answer = parseObject(kept, name);
          for (const member of ['access_token', 'refresh_token']) {
            const { active } = await stage.introspect(textOf(answer, member, name), client);
            if (active !== true) throw new WrongAnswer(`${name}: the ${member} is not active`);
          }
          const idToken = await stage.verify(textOf(answer, 'id_token', name));
          const audience = [idToken.claims['aud']].flat();
          if (idToken.algorithm !== algorithm || !audience.includes(client.clientId)) {
            throw new WrongAnswer(`${name}: an ID token for others, or signed otherwise`);
          }
        },
      };
    },
  };
}
