// What a client does with what it was granted: renew it, ask who the person is, give it back (RFC 6749 §6, OpenID Connect
// Core §5.3, RFC 7009).
import type { Lane } from '../load/lane.js';
import { expectStatus, parseObject, textOf, WrongAnswer } from '../load/lane.js';
import type { Scenario } from './scenario.js';
import { askToken, mintAccessTokens, mintGrants, revokeToken, tokenRequest } from './token-requests.js';

export const refresh: Scenario = {
  name: 'refresh',
  about: 'rotate a refresh token, each lane along a chain of its own; no ID token',
  limits: { aim: 330, neverAbove: 420 },
  async prepare(stage) {
    // Without `openid` there is no ID token, so that this is rotation alone.
    const client = await stage.client({ scope: 'offline photos.read' });
    const grants = await mintGrants(stage, client, stage.lanes.length);
    const current = grants.map((grant) => textOf(grant, 'refresh_token', 'a code exchange'));
    return {
      async step(lane) {
        const presented = current[lane.index] ?? '';
        const parameters = { grant_type: 'refresh_token', refresh_token: presented };
        const text = await askToken(lane, tokenRequest(lane, client, parameters));
        const next = textOf(parseObject(text, 'a refresh'), 'refresh_token', 'a refresh');
        if (next === presented) throw new WrongAnswer('a refresh token was not rotated');
        current[lane.index] = next;
        return String(lane.index);
      },
      async check(lane) {
        const { active } = await stage.introspect(current[Number(lane)] ?? '', client);
        if (active !== true) throw new WrongAnswer('the newest refresh token of a chain is not active');
      },
    };
  },
};

export const userinfo: Scenario = {
  name: 'userinfo',
  about: 'GET /userinfo with a live opaque token',
  limits: { aim: 90, neverAbove: 120 },
  async prepare(stage) {
    const client = await stage.client();
    const grants = await mintGrants(stage, client, stage.lanes.length);
    const requests = stage.lanes.map((lane, index) => {
      const token = textOf(grants[index] ?? {}, 'access_token', 'a code exchange');
      return lane.public.encode('GET', '/userinfo', { Authorization: `Bearer ${token}` });
    });
    const ask = async (lane: Lane) => {
      const answer = expectStatus(await lane.public.send(requests[lane.index] as Buffer), 200, 'userinfo');
      return answer.body.toString();
    };
    return {
      step: ask,
      async check(kept) {
        const { sub, name } = parseObject(kept, 'userinfo');
        if (!/^user-\d+$/.test(String(sub)) || name !== 'A Person') throw new WrongAnswer(`userinfo: ${kept}`);
      },
    };
  },
};

export const revoke: Scenario = {
  name: 'revoke',
  about: 'POST /oauth2/revoke for a live opaque token, each once',
  async prepare(stage, units) {
    const client = await stage.client();
    const tokens = await mintAccessTokens(stage, client, units);
    return {
      step(lane) {
        const token = tokens.pop();
        return token === undefined ? undefined : revokeToken(lane, client, token).then(() => token);
      },
      async check(token) {
        const { active } = await stage.introspect(token, client);
        if (active !== false) throw new WrongAnswer('a revoked token is still active');
      },
    };
  },
};
