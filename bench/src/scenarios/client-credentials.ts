// A client that asks for a token of its own (RFC 6749 §4.4), opaque or as a JWT, authenticated in each way there is.
import type { Lane } from '../load/lane.js';
import { parseObject, textOf, WrongAnswer } from '../load/lane.js';
import { assertionKeys, createAssertions } from './client-assertions.js';
import type { Limits, Scenario } from './scenario.js';
import { recordMicros } from './scenario.js';
import type { BenchClient, Stage } from './stage.js';
import { askToken, clientCredentials, tokenRequest, tokenRequestInBody } from './token-requests.js';

/** Requests of one slice, each lane its own, or each once. */
type Requests = (lane: Lane) => Buffer | undefined;

function clientCredentialsScenario(options: {
  readonly name: string;
  readonly about: string;
  readonly limits?: Limits;
  readonly rivals?: 'none' | 'hydra';
  /** Opens a connection for each request. */
  readonly anew?: true;
  readonly long?: true;
  readonly members?: Readonly<Record<string, unknown>>;
  readonly requests?: (stage: Stage, client: BenchClient, units: number) => Promise<Requests>;
  readonly check?: (stage: Stage, client: BenchClient, token: string) => Promise<boolean>;
}): Scenario {
  const { name, about, limits, rivals, anew, long, members = {}, requests = oneALane, check = isActive } = options;
  return {
    ...{ name, about, ...(limits && { limits }), ...(rivals && { rivals }), ...(long && { long }) },
    async prepare(stage, units) {
      const client = await stage.client(members);
      const next = await requests(stage, client, units);
      const seen = new Set<string>();
      // Ports that were just left are not to be had again for a while: as many connections as there is single-use work.
      let left = anew === true ? units : Infinity;
      return {
        step(lane) {
          const request = left-- > 0 ? next(lane) : undefined;
          return request && askToken(lane, request, anew === true ? lane.anew : lane.public);
        },
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

/** The same bytes over and over, as a client with a secret sends them. */
function oneALane(stage: Stage, client: BenchClient): Promise<Requests> {
  const requests = stage.lanes.map((lane) => tokenRequest(lane, client, clientCredentials));
  return Promise.resolve(({ index }) => requests[index]);
}

async function isActive(stage: Stage, client: BenchClient, token: string): Promise<boolean> {
  // Whoever asks is a client that has a secret, which this one may not have.
  const { active, client_id: clientId } = await stage.introspect(token, await stage.client());
  return active === true && clientId === client.clientId;
}

const isSigned =
  (algorithm: 'ES256' | 'RS256' | undefined) =>
  async (stage: Stage, client: BenchClient, token: string): Promise<boolean> => {
    const verified = await stage.verify(token);
    return verified.claims['client_id'] === client.clientId && verified.algorithm === (algorithm ?? verified.algorithm);
  };

export const clientCredentialsScenarios: readonly Scenario[] = [
  clientCredentialsScenario({
    name: 'client-credentials',
    about: 'client_credentials with client_secret_basic, opaque access token',
    limits: { aim: 220, neverAbove: 280 },
  }),
  clientCredentialsScenario({
    name: 'client-credentials-post',
    about: 'the same with client_secret_post',
    limits: { aim: 220, neverAbove: 280 },
    long: true,
    members: { token_endpoint_auth_method: 'client_secret_post' },
    requests(stage, client) {
      const requests = stage.lanes.map((lane) => tokenRequestInBody(lane, client, clientCredentials));
      return Promise.resolve(({ index }) => requests[index]);
    },
  }),
  clientCredentialsScenario({
    name: 'client-credentials-key',
    about: 'the same with private_key_jwt (ES256), each assertion once',
    members: {
      token_endpoint_auth_method: 'private_key_jwt',
      token_endpoint_auth_signing_alg: 'ES256',
      jwks: assertionKeys,
    },
    async requests(stage, client, units) {
      const assertions = createAssertions(stage.target.issuer, client, units);
      const [first] = stage.lanes;
      const requests = assertions.map((assertion) =>
        tokenRequestInBody(first as Lane, client, { ...clientCredentials, ...assertion }),
      );
      return Promise.resolve(() => requests.pop());
    },
  }),
  clientCredentialsScenario({
    name: 'client-credentials-anew',
    about: 'with client_secret_basic again, a new connection for each request',
    anew: true,
    long: true,
  }),
  clientCredentialsScenario({
    name: 'client-credentials-jwt',
    about: 'access token as a JWT signed with the access token key of the installation (ES256)',
    limits: { aim: 230, neverAbove: 300, record: recordMicros },
    rivals: 'hydra',
    members: { access_token_strategy: 'jwt' },
    check: isSigned(undefined),
  }),
  clientCredentialsScenario({
    name: 'client-credentials-jwt-rs256',
    about: 'the same, signed with RS256 and 2048 bits',
    limits: { aim: 560, neverAbove: 650, record: recordMicros },
    // A member of ours: others sign with what the installation has.
    rivals: 'none',
    members: { access_token_strategy: 'jwt', access_token_signed_response_alg: 'RS256' },
    check: isSigned('RS256'),
  }),
];
