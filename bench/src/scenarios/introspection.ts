// Introspection (RFC 7662): of live tokens that were looked at before, forged and revoked ones; over the admin API, and over
// gRPC as internal services do.
import { connectPeer, introspectionV1 } from '@cardea/rpc';
import type { Lane } from '../load/lane.js';
import { expectStatus, onLanes, parseObject, WrongAnswer } from '../load/lane.js';
import type { Limits, Scenario } from './scenario.js';
import type { BenchClient, Stage } from './stage.js';
import { form } from './stage.js';
import { mintAccessTokens, revokeToken } from './token-requests.js';

/** Tokens in turn, as many as a busy API sees within a few seconds. */
const liveTokens = 512;

/** Each next one, over and over. */
function inTurn<T>(values: readonly T[]): () => T {
  let next = 0;
  return () => values[next++ % values.length] as T;
}

/** Asks about a token as that client, where somebody has to say who asks. */
export function introspectionRequest(stage: Stage, client: BenchClient, token: string): Buffer {
  const [first] = stage.lanes;
  const body = new URLSearchParams({ token }).toString();
  const headers = { ...form, ...stage.dialect.introspectionHeaders(client) };
  return first?.admin.encode('POST', '/admin/oauth2/introspect', headers, body) as Buffer;
}

/** @throws {WrongAnswer} for another verdict: the dearest mistake there is, so every answer is looked at */
export async function askIntrospection(lane: Lane, request: Buffer, active: boolean): Promise<string> {
  const { body } = expectStatus(await lane.admin.send(request), 200, 'introspection');
  const verdict = `"active":${String(active)}`;
  if (!body.includes(verdict)) throw new WrongAnswer(`introspection: a token is not told to be ${verdict}`);
  return body.toString();
}

function introspection(options: {
  name: string;
  about: string;
  limits?: Limits;
  active: boolean;
  /** Whether each is asked about once and no more, and not before. */
  cold?: true;
  make: (tokens: readonly string[], stage: Stage, client: BenchClient) => Promise<readonly string[]>;
}): Scenario {
  const { name, about, limits, active, cold } = options;
  return {
    ...{ name, about, ...(limits && { limits }), ...(cold && { long: cold }) },
    async prepare(stage, units) {
      const client = await stage.client();
      const live = await mintAccessTokens(stage, client, cold === true ? units : Math.min(liveTokens, units));
      const tokens = await options.make(live, stage, client);
      const requests = tokens.map((token) => introspectionRequest(stage, client, token));
      const ask = (lane: Lane, request: Buffer): Promise<string> => askIntrospection(lane, request, active);
      if (cold !== true)
        await onLanes(stage.lanes, requests.length, (lane, number) => ask(lane, requests[number] as Buffer));
      const next = cold === true ? () => requests.pop() : inTurn(requests);
      return {
        step(lane) {
          const request = next();
          return request && ask(lane, request);
        },
        async check(kept) {
          const { client_id: clientId, scope } = parseObject(kept, name);
          const right = active ? clientId === client.clientId && scope === 'photos.read' : clientId === undefined;
          if (!right) throw new WrongAnswer(`${name}: ${kept}`);
        },
      };
    },
  };
}

export const introspectionHttp = introspection({
  name: 'introspection',
  about: 'POST /admin/oauth2/introspect for a live opaque token, cached',
  limits: { aim: 90, neverAbove: 120 },
  active: true,
  make: (tokens) => Promise.resolve(tokens),
});

export const introspectionCold = introspection({
  name: 'introspection-cold',
  about: 'the same for tokens that nobody has asked about yet, so that PostgreSQL is asked',
  active: true,
  cold: true,
  make: (tokens) => Promise.resolve(tokens),
});

export const introspectionForged = introspection({
  name: 'introspection-forged',
  about: 'the same for tokens that nobody issued, which no store is asked for',
  limits: { aim: 90, neverAbove: 120 },
  active: false,
  // With the end turned around, its MAC is no MAC of it.
  make: (tokens) =>
    Promise.resolve(tokens.map((token) => token.slice(0, -12) + Array.from(token.slice(-12)).reverse().join(''))),
});

export const introspectionRevoked = introspection({
  name: 'introspection-revoked',
  about: 'the same for tokens that were revoked, which PostgreSQL is asked for each time',
  active: false,
  async make(tokens, stage, client) {
    await onLanes(stage.lanes, tokens.length, (lane, number) => revokeToken(lane, client, tokens[number] as string));
    return tokens;
  },
});

export const introspectionGrpc: Scenario = {
  name: 'introspection-grpc',
  about: 'IntrospectionService.Introspect on the stream, for a live opaque token, cached',
  limits: { aim: 60, neverAbove: 90 },
  rivals: 'none',
  async prepare(stage, units) {
    const client = await stage.client();
    const tokens = await mintAccessTokens(stage, client, Math.min(liveTokens, units));
    const peer = connectPeer({ addresses: [stage.target.introspection], security: { kind: 'plain' } });
    const introspection = peer.client(introspectionV1.IntrospectionServiceService, { hot: true });
    const ask = async (token: string): Promise<string> => {
      const answer = await introspection.introspect({ token, tokenTypeHint: '', requiredScopes: [] });
      if (!answer.active) throw new WrongAnswer('a live token is told to be inactive');
      return `${answer.clientId} ${answer.scope}`;
    };
    await onLanes(stage.lanes, tokens.length, (_lane, number) => ask(tokens[number] as string));
    const next = inTurn(tokens);
    return {
      step: () => ask(next()),
      async check(kept) {
        if (kept !== `${client.clientId} photos.read`) throw new WrongAnswer(`introspection over gRPC: ${kept}`);
      },
      close: () => peer.close(),
    };
  },
};
