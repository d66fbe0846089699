// The token endpoint as scenarios use it: requests as bytes, answers as members (RFC 6749 §4.1.3, §4.4.2, §6).
import { codeVerifier } from '../load/flow.js';
import type { Lane } from '../load/lane.js';
import { expectStatus, onLanes, parseObject, textOf } from '../load/lane.js';
import type { BenchClient, Stage } from './stage.js';
import { form } from './stage.js';

/** A request to the token endpoint, ready to be sent. */
export function tokenRequest(lane: Lane, client: BenchClient, parameters: Record<string, string>): Buffer {
  const headers = { ...form, Authorization: client.authorization };
  return lane.public.encode('POST', '/oauth2/token', headers, new URLSearchParams(parameters).toString());
}

/** The same with all it takes in the body: the client's secret, where it has one (RFC 6749 §2.3.1). */
export function tokenRequestInBody(lane: Lane, client: BenchClient, parameters: Record<string, string>): Buffer {
  const { clientId, secret } = client;
  const own = { client_id: clientId, ...(secret === '' ? {} : { client_secret: secret }), ...parameters };
  return lane.public.encode('POST', '/oauth2/token', form, new URLSearchParams(own).toString());
}

export const clientCredentials = { grant_type: 'client_credentials', scope: 'photos.read' };

/** What redeems a code. */
export const codeParameters = (client: BenchClient, code: string) => ({
  grant_type: 'authorization_code',
  code,
  redirect_uri: client.redirectUri,
  code_verifier: codeVerifier,
});

/** Asks the token endpoint. @returns the JSON text of a success @throws {WrongAnswer} */
export async function askToken(lane: Lane, request: Buffer, connection = lane.public): Promise<string> {
  return expectStatus(await connection.send(request), 200, 'the token endpoint').body.toString();
}

/** Opaque access tokens of client_credentials. */
export function mintAccessTokens(stage: Stage, client: BenchClient, count: number): Promise<string[]> {
  return onLanes(stage.lanes, count, async (lane) => {
    const text = await askToken(lane, tokenRequest(lane, client, clientCredentials));
    return textOf(parseObject(text, 'a token'), 'access_token', 'a token');
  });
}

/** Codes that nobody has redeemed yet. */
export function mintCodes(stage: Stage, client: BenchClient, count: number): Promise<string[]> {
  return onLanes(stage.lanes, count, (lane) => stage.dialect.obtainCode(lane, client, stage.number()));
}

/** Token answers of whole flows. */
export async function mintGrants(stage: Stage, client: BenchClient, count: number): Promise<Record<string, unknown>[]> {
  return onLanes(stage.lanes, count, async (lane) => {
    const code = await stage.dialect.obtainCode(lane, client, stage.number());
    return parseObject(
      await askToken(lane, tokenRequest(lane, client, codeParameters(client, code))),
      'a code exchange',
    );
  });
}

/** Revokes a token of the client. @throws {WrongAnswer} */
export async function revokeToken(lane: Lane, client: BenchClient, token: string): Promise<void> {
  const headers = { ...form, Authorization: client.authorization };
  const body = new URLSearchParams({ token }).toString();
  expectStatus(await lane.public.send(lane.public.encode('POST', '/oauth2/revoke', headers, body)), 200, 'revocation');
}
