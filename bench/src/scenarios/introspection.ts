// Introspection (RFC 7662): of live tokens that were looked at before, forged and revoked ones; over the admin API, and over
// gRPC as internal services do.
import { connectPeer, introspectionV1 } from '@cardea/rpc';
import type { Lane } from '../load/lane.js';
import { expectStatus, onLanes, parseObject, WrongAnswer } from '../load/lane.js';
import type { Scenario } from './scenario.js';
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

/** @param tokens of the client, as many as there are requests in turn */
function introspection(options: {
  name: string;
  about: string;
  aimMicros?: number;
  active: boolean;
  make: (tokens: readonly string[], stage: Stage, client: BenchClient) => Promise<readonly string[]>;
}): Scenario {
  const { name, about, aimMicros, active } = options;
  const verdict = `"active":${String(active)}`;
  return {
    name,
    about,
    ...(aimMicros === undefined ? {} : { aimMicros }),
    async prepare(stage, units) {
      const client = await stage.client();
      const live = await mintAccessTokens(stage, client, Math.min(liveTokens, units));
      const tokens = await options.make(live, stage, client);
      const [first] = stage.lanes;
      const requests = tokens.map((token) => {
        const body = new URLSearchParams({ token }).toString();
        const headers = { ...form, ...stage.dialect.introspectionHeaders(client) };
        return first?.admin.encode('POST', '/admin/oauth2/introspect', headers, body) as Buffer;
      });
      const ask = async (lane: Lane, request: Buffer): Promise<string> => {
        const answer = expectStatus(await lane.admin.send(request), 200, name);
        // The dearest mistake there is, so every answer is looked at.
        if (!answer.body.includes(verdict)) throw new WrongAnswer(`${name}: a token is not told to be ${verdict}`);
        return answer.body.toString();
      };
      await onLanes(stage.lanes, requests.length, (lane, number) => ask(lane, requests[number] as Buffer));
      const next = inTurn(requests);
      return {
        step: (lane) => ask(lane, next()),
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
  aimMicros: 120,
  active: true,
  make: (tokens) => Promise.resolve(tokens),
});

export const introspectionForged = introspection({
  name: 'introspection-forged',
  about: 'the same for tokens that nobody issued, which no store is asked for',
  aimMicros: 120,
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
  aimMicros: 90,
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
