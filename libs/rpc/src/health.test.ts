// What probes and grpcurl are told: health by service, and the list of what is served (grpc.health.v1, grpc.reflection.v1).
import { describe, expect, test } from '@jest/globals';
import { Client, credentials } from '@grpc/grpc-js';
import { introspectionV1 } from './contracts.js';
import { HealthService } from './gen/grpc/health/v1/health.pb.js';
import { peerOf, serveEcho } from './echo.fixture.js';
import { implement } from './service.js';

describe('health', () => {
  const serviceOfEcho = 'cardea.test.v1.EchoService';

  test('says what the host says, for the server and each service', async () => {
    let ready: () => Promise<boolean> | boolean = () => true;
    const { address } = await serveEcho({ health: () => ready() });
    const peer = peerOf([address]);
    const { check } = peer.client(HealthService);
    for (const service of ['', serviceOfEcho]) {
      ready = () => true;
      expect(await check({ service })).toEqual({ status: 'SERVING' });
      ready = () => Promise.resolve(false);
      expect(await check({ service })).toEqual({ status: 'NOT_SERVING' });
      ready = () => Promise.reject(new Error('a check broke'));
      expect(await check({ service })).toEqual({ status: 'NOT_SERVING' });
    }
    ready = () => true;
    expect(await peer.ready()).toBe(true);
    ready = () => false;
    expect(await peer.ready()).toBe(false);
  });

  test('knows no other service', async () => {
    const { address } = await serveEcho();
    const { check } = peerOf([address]).client(HealthService);
    for (const service of ['cardea.keys.v1.SigningService', '__proto__', `${serviceOfEcho}/Say`]) {
      await expect(check({ service })).rejects.toMatchObject({ code: 'not_found' });
    }
  });

  test('of a peer that nobody serves is not ready', async () => {
    expect(await peerOf(['127.0.0.1:1'], { patienceMillis: 50 }).ready()).toBe(false);
  });
});

describe('reflection', () => {
  const list = async (address: string): Promise<string[] | number> => {
    const client = new Client(address, credentials.createInsecure());
    // ServerReflectionRequest{list_services: ""}; the names in the answer stand there as they are.
    const asIs = (bytes: Buffer) => bytes;
    const path = '/grpc.reflection.v1.ServerReflection/ServerReflectionInfo';
    const stream = client.makeBidiStreamRequest(path, asIs, asIs);
    const answer = await new Promise<string[] | number>((resolve) => {
      stream.on('data', (bytes: Buffer) => resolve(bytes.toString('latin1').match(/(?:cardea|grpc)\.[\w.]+/g) ?? []));
      stream.on('error', ({ code }: Error & { code?: number }) => resolve(code ?? 0));
      stream.write(Buffer.from([0x3a, 0x00]));
    });
    client.close();
    return answer;
  };
  const introspection = implement(introspectionV1.IntrospectionServiceService, {
    introspect: () => Promise.reject(new Error('not asked')),
    introspectBatch: () => Promise.reject(new Error('not asked')),
  });

  test('lists what internal services may use, and nothing else', async () => {
    const { address } = await serveEcho({ reflection: true, services: [introspection] });
    expect(new Set((await list(address)) as string[])).toEqual(
      new Set(['cardea.token.v1.IntrospectionService', 'grpc.health.v1.Health']),
    );
  });

  test('is there only where it is wanted', async () => {
    const { address } = await serveEcho({ services: [introspection] });
    expect(await list(address)).toBe(12);
  });
});
