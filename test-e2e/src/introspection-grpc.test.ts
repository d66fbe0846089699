// The published introspection contract, as an internal service meets it: the documented example as written, batches, health and
// reflection.
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { execFile } from 'node:child_process';
import path from 'node:path';
import { promisify } from 'node:util';
import type { CreatedClient } from './clients.js';
import { basic, createClient, issueToken } from './clients.js';
import type { Demo } from './demo.js';
import { joinDemo } from './demo.js';
import type { Caller } from './grpc.js';
import { createCaller, methodsOf } from './grpc.js';
import { root } from './processes.js';
import { reflect } from './reflection.js';

let demo: Demo;
let client: CreatedClient;
let caller: Caller;

beforeAll(async () => {
  demo = await joinDemo();
  client = await createClient(demo.admin);
  caller = createCaller(demo.introspection);
}, 150_000);

afterAll(async () => {
  caller.close();
  await demo.stop();
});

const contract = () => {
  const { Introspect, IntrospectBatch } = methodsOf('cardea.token.v1.IntrospectionService');
  if (Introspect === undefined || IntrospectBatch === undefined) throw new Error('the contract lost a method');
  return { Introspect, IntrospectBatch };
};

async function example(...tokens: string[]): Promise<unknown[]> {
  const words = [path.join(root, 'docs/examples/introspect.mjs'), demo.introspection, ...tokens];
  const { stdout } = await promisify(execFile)(process.execPath, words, { env: { ...process.env, NODE_OPTIONS: '' } });
  return stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as unknown);
}

describe('the documented example', () => {
  test('says what tokens are worth, in the order in which it was asked', async () => {
    const token = await issueToken(demo.public, client, { scope: 'photos.read' });
    expect(await example('rubbish', token)).toEqual([
      { active: false },
      {
        active: true,
        subject: client.client_id,
        clientId: client.client_id,
        scope: 'photos.read',
        expiresAt: expect.any(Number),
      },
    ]);
  });

  test('explains itself without arguments, and fails when nobody answers', async () => {
    const file = path.join(root, 'docs/examples/introspect.mjs');
    const env = { ...process.env, NODE_OPTIONS: '' };
    await expect(promisify(execFile)(process.execPath, [file], { env })).rejects.toMatchObject({
      code: 2,
      stderr: expect.stringContaining('usage:'),
    });
    await expect(promisify(execFile)(process.execPath, [file, '127.0.0.1:9', 'a'], { env })).rejects.toMatchObject({
      code: 1,
      stdout: '',
      stderr: expect.stringMatching(/^(UNAVAILABLE|DEADLINE_EXCEEDED): /),
    });
  });
});

describe('a single token', () => {
  test('is described as RFC 7662 does over HTTP', async () => {
    const token = await issueToken(demo.public, client, { scope: 'photos.read' });
    const { response } = await caller.unary(contract().Introspect, { token });
    const http = await fetch(`${demo.admin}/admin/oauth2/introspect`, {
      method: 'POST',
      body: new URLSearchParams({ token }),
    });
    const said = (await http.json()) as Record<string, unknown>;
    expect(response).toMatchObject({
      active: true,
      scope: said['scope'],
      clientId: said['client_id'],
      subject: said['sub'],
      issuer: said['iss'],
      tokenUse: said['token_use'],
      expiresAt: said['exp'],
      issuedAt: said['iat'],
    });
  });

  test('that is inactive has nothing else to say', async () => {
    const { response } = await caller.unary(contract().Introspect, { token: 'rubbish' });
    expect(response).toMatchObject({ active: false, scope: '', clientId: '', subject: '', expiresAt: 0, issuer: '' });
  });

  test('without a scope that is required is inactive', async () => {
    const token = await issueToken(demo.public, client, { scope: 'photos.read' });
    const ask = async (requiredScopes: string[]) =>
      (await caller.unary(contract().Introspect, { token, requiredScopes })).response?.['active'];
    expect([await ask(['photos.read']), await ask(['photos.read', 'openid']), await ask([])]).toEqual([
      true,
      false,
      true,
    ]);
  });

  test('that is revoked is inactive from the very answer on, unary and streamed', async () => {
    for (let round = 0; round < 20; round++) {
      const token = await issueToken(demo.public, client);
      const { Introspect } = contract();
      // Warm every cache there is.
      expect((await caller.streamed(Introspect, { token })).response?.['active']).toBe(true);
      expect((await caller.unary(Introspect, { token })).response?.['active']).toBe(true);
      const revoked = await fetch(`${demo.public}/oauth2/revoke`, {
        method: 'POST',
        headers: { authorization: basic(client) },
        body: new URLSearchParams({ token }),
      });
      expect(revoked.status).toBe(200);
      const [unary, streamed] = await Promise.all([
        caller.unary(Introspect, { token }),
        caller.streamed(Introspect, { token }),
      ]);
      expect([unary.response?.['active'], streamed.response?.['active']]).toEqual([false, false]);
    }
  });
});

describe('a batch', () => {
  test('of 1,000 is answered in order', async () => {
    const token = await issueToken(demo.public, client);
    const requests = Array.from({ length: 1_000 }, (_, index) => ({
      token: index % 10 === 3 ? token : `not-${String(index)}`,
    }));
    const { response } = await caller.unary(contract().IntrospectBatch, { requests });
    const answers = response?.['responses'] as { active: boolean }[];
    expect(answers.map(({ active }) => active)).toEqual(requests.map((request) => request.token === token));
  });

  test('of 1,001 is refused whole', async () => {
    const requests = Array.from({ length: 1_001 }, () => ({ token: 'rubbish' }));
    // 3 is INVALID_ARGUMENT.
    expect(await caller.unary(contract().IntrospectBatch, { requests })).toMatchObject({ code: 3, served: true });
  });

  test('of none is answered with none', async () => {
    const { response } = await caller.unary(contract().IntrospectBatch, { requests: [] });
    expect(response?.['responses']).toEqual([]);
  });
});

describe('what gRPC tools rely on', () => {
  test.each(['', 'cardea.token.v1.IntrospectionService'])('health of %j', async (service) => {
    const check = methodsOf('grpc.health.v1.Health')['Check'];
    if (check === undefined) throw new Error('no health check in the contract');
    expect((await caller.unary(check, { service })).response).toEqual({ status: 'SERVING' });
  });

  test('reflection lists the services and describes them', async () => {
    const reflected = await reflect(demo.introspection, { list_services: '' });
    const names = reflected.list_services_response?.service.map(({ name }) => name);
    expect(names).toEqual(expect.arrayContaining(['cardea.token.v1.IntrospectionService', 'grpc.health.v1.Health']));
    const described = await reflect(demo.introspection, {
      file_containing_symbol: 'cardea.token.v1.IntrospectionService',
    });
    const [file] = described.file_descriptor_response?.file_descriptor_proto ?? [];
    expect(file?.toString('latin1')).toContain('IntrospectBatch');
  });
});
