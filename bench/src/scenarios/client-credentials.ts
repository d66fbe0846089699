// A client that asks for a token of its own (RFC 6749 §4.4), opaque or as a JWT.
import { parseObject, textOf, WrongAnswer } from '../load/lane.js';
import type { Scenario } from './scenario.js';
import type { BenchClient, Stage } from './stage.js';
import { askToken, clientCredentials, tokenRequest } from './token-requests.js';

function clientCredentialsScenario(options: {
  name: string;
  about: string;
  aimMicros: number;
  members: Readonly<Record<string, unknown>>;
  check: (stage: Stage, client: BenchClient, token: string) => Promise<boolean>;
}): Scenario {
  const { name, about, aimMicros, members, check } = options;
  return {
    name,
    about,
    aimMicros,
    async prepare(stage) {
      const client = await stage.client(members);
      const requests = stage.lanes.map((lane) => tokenRequest(lane, client, clientCredentials));
      const seen = new Set<string>();
      return {
        step: (lane) => askToken(lane, requests[lane.index] as Buffer),
        async check(kept) {
          const token = textOf(parseObject(kept, name), 'access_token', name);
          if (seen.has(token)) throw new WrongAnswer(`${name}: one token was given twice`);
          seen.add(token);
          if (!(await check(stage, client, token))) throw new WrongAnswer(`${name}: a token that is not good`);
        },
      };
    },
  };
}

export const clientCredentialsOpaque = clientCredentialsScenario({
  name: 'client-credentials',
  about: 'client_credentials with client_secret_basic, opaque access token',
  aimMicros: 280,
  members: {},
  async check(stage, client, token) {
    const { active, client_id: clientId } = await stage.introspect(token, client);
    return active === true && clientId === client.clientId;
  },
});

/** The algorithm is that of the installation's access token key. */
export const clientCredentialsJwt = clientCredentialsScenario({
  name: 'client-credentials-jwt',
  about: 'the same, access token as a JWT signed with the access token key of the installation',
  aimMicros: 300,
  members: { access_token_strategy: 'jwt' },
  async check(stage, client, token) {
    const { claims } = await stage.verify(token);
    return claims['client_id'] === client.clientId;
  },
});
