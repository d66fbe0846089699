// Introspection of live tokens that were looked at before (RFC 7662): over the admin API, and over gRPC as internal services do.
import { connectPeer, introspectionV1 } from '@cardea/rpc';
import type { Lane } from '../load/lane.js';
import { expectStatus, onLanes, parseObject, WrongAnswer } from '../load/lane.js';
import type { Scenario } from './scenario.js';
import { form } from './stage.js';
import { mintAccessTokens } from './token-requests.js';

/** Tokens in turn, as many as a busy API sees within a few seconds. */
const liveTokens = 512;

/** Each next one, over and over. */
function inTurn<T>(values: readonly T[]): () => T {
  let next = 0;
  return () => values[next++ % values.length] as T;
}

export const introspectionHttp: Scenario = {
  name: 'introspection',
  about: 'POST /admin/oauth2/introspect for a live opaque token, cached',
  aimMicros: 130,
  async prepare(stage, units) {
    const client = await stage.client();
    const tokens = await mintAccessTokens(stage, client, Math.min(liveTokens, units));
    const [first] = stage.lanes;
    const requests = tokens.map((token) => {
      const body = new URLSearchParams({ token }).toString();
      return first?.admin.encode('POST', '/admin/oauth2/introspect', form, body) as Buffer;
    });
    const ask = async (lane: Lane, request: Buffer): Promise<string> => {
      const answer = expectStatus(await lane.admin.send(request), 200, 'introspection');
      // The dearest mistake there is, so every answer is looked at.
      if (!answer.body.includes('"active":true')) throw new WrongAnswer('a live token is told to be inactive');
      return answer.body.toString();
    };
    await onLanes(stage.lanes, requests.length, (lane, number) => ask(lane, requests[number] as Buffer));
    const next = inTurn(requests);
    return {
      step: (lane) => ask(lane, next()),
      async check(kept) {
        const { client_id: clientId, scope } = parseObject(kept, 'introspection');
        if (clientId !== client.clientId || scope !== 'photos.read') throw new WrongAnswer(`introspection: ${kept}`);
      },
    };
  },
};

export const introspectionGrpc: Scenario = {
  name: 'introspection-grpc',
  about: 'IntrospectionService.Introspect on the stream, for a live opaque token, cached',
  aimMicros: 130,
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
