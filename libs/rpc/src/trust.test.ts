// Who may call what: the certificate's names against each method's allow-list, on both roads (security §2.1, §2.3, I01, I02, I08).
import { describe, expect, jest, test } from '@jest/globals';
import { Client, Metadata, credentials } from '@grpc/grpc-js';
import { connect } from 'node:tls';
import { certificateNames } from './caller.js';
import type { Certificate, CertificateShape } from './certificates.fixture.js';
import { certificateFiles, createAuthority } from './certificates.fixture.js';
import { clientOf, keptLog, peerOf, roads, serveEcho, until } from './echo.fixture.js';
import { StreamServiceService } from './gen/cardea/rpc/v1/stream.pb.js';

// For busy machines; nothing here depends on how fast anything is.
jest.setTimeout(120_000);

/** Enough for a handshake to fail on a busy machine. */
const patienceMillis = 200;

const authority = createAuthority('Cardea test authority');
const stranger = createAuthority('Cardea test authority');
const gateway = 'spiffe://cardea/gateway';
const serverShape: CertificateShape = { commonName: 'token', names: ['DNS:localhost', 'DNS:token.test'] };

const filesOf = (certificate: Certificate, ca = authority.cert) => certificateFiles(ca, certificate).security;
const serverSecurity = filesOf(authority.issue(serverShape));
const named = (...names: string[]) => authority.issue({ commonName: 'client', names });

/** Serves `say` to the gateway only and `ask` to admin only; `ask` tells the caller's name. */
async function serve(options: Parameters<typeof serveEcho>[0] = {}) {
  const log = keptLog();
  const server = await serveEcho({
    address: 'localhost:0',
    security: serverSecurity,
    log,
    allow: { say: [gateway, 'gateway.test'], ask: ['spiffe://cardea/admin'] },
    ask: (_said, { caller }) => Promise.resolve({ text: caller ?? 'nobody' }),
    ...options,
  });
  return { ...server, log };
}

describe.each(roads)('over %s', (_road, road) => {
  const call = async (
    address: string,
    certificate: Certificate,
    method: 'say' | 'ask' = 'say',
    // A handshake on a busy machine takes its time; who never gets through one is not waited for.
    patience = 10_000,
  ) =>
    clientOf(peerOf([address], { security: filesOf(certificate), patienceMillis: patience }), road)[method]({
      text: 'let me in',
    });

  const outsiders: readonly [string, () => Certificate][] = [
    [
      'of another authority with the same name',
      () => stranger.issue({ commonName: 'client', names: [`URI:${gateway}`] }),
    ],
    ['that signed itself', () => createAuthority('client')],
    ['that expired', () => authority.issue({ commonName: 'client', names: [`URI:${gateway}`], endsInMillis: -1_000 })],
    [
      'that is not valid yet',
      () => authority.issue({ commonName: 'client', names: [`URI:${gateway}`], beginsInMillis: 3_600_000 }),
    ],
    [
      'that is for servers only',
      () => authority.issue({ commonName: 'client', names: [`URI:${gateway}`], usage: 'server' }),
    ],
  ];
  test.each(outsiders)('I01: a certificate %s does not get past the handshake', async (_name, make) => {
    const { address, log } = await serve();
    await expect(call(address, make(), 'say', patienceMillis)).rejects.toMatchObject({
      code: 'temporarily_unavailable',
      status: 503,
    });
    expect(log.lines).toEqual([]);
  });

  const refused: readonly [string, string[]][] = [
    ['of a name on no list', ['URI:spiffe://cardea/worker']],
    ['of a name on another method’s list', ['URI:spiffe://cardea/admin']],
    ['of the name in other case', ['URI:spiffe://cardea/Gateway', 'DNS:GATEWAY.test']],
    ['of a longer or shorter name', ['URI:spiffe://cardea/gateway2', 'URI:spiffe://cardea', 'DNS:a.gateway.test']],
    ['of a wildcard', ['DNS:*.test', 'DNS:*', 'URI:spiffe://cardea/*']],
    ['of a name inside another', [`URI:https://evil.test/, URI:${gateway}`, 'DNS:evil.test, DNS:gateway.test']],
    ['of a name with a quote or a null in it', [`URI:${gateway}"`, `URI:${gateway}\0`, 'DNS:gateway.test\0.evil.test']],
  ];
  test.each(refused)('I02: a certificate %s is refused, and the refusal is logged', async (_name, names) => {
    const { address, log } = await serve();
    await expect(call(address, named(...names))).rejects.toMatchObject({
      code: 'server_error',
      cause: expect.objectContaining({ message: expect.stringContaining('PERMISSION_DENIED') }),
    });
    expect(log.lines).toHaveLength(1);
    expect(log.lines[0]).toMatchObject({ level: 'warn', message: 'a caller is not on the allow-list' });
  });

  test('the common name counts for nothing', async () => {
    const { address } = await serve();
    for (const commonName of [gateway, 'gateway.test']) {
      await expect(call(address, authority.issue({ commonName }))).rejects.toMatchObject({ code: 'server_error' });
    }
    const open = await serve({ allow: undefined });
    await expect(call(open.address, authority.issue({ commonName: gateway }))).rejects.toMatchObject({
      code: 'server_error',
    });
  });

  test.each([
    ['its URI', [`URI:${gateway}`]],
    ['its DNS name', ['DNS:gateway.test']],
    ['one of two names', ['URI:spiffe://cardea/worker', 'DNS:*.test', `URI:${gateway}`]],
  ])('a caller is admitted by %s, to its own methods only', async (_name, names) => {
    const { address } = await serve();
    expect(await call(address, named(...names))).toEqual({ text: 'let me in' });
    await expect(call(address, named(...names), 'ask')).rejects.toMatchObject({ code: 'server_error' });
  });

  test('a handler is told the name that admitted its caller', async () => {
    const { address } = await serve();
    const text = 'spiffe://cardea/admin';
    expect(await call(address, named('DNS:other.test', `URI:${text}`), 'ask')).toEqual({ text });
  });

  test('a method that no list names is open to nobody', async () => {
    const { address } = await serve({ allow: { ask: [gateway] } });
    await expect(call(address, named(`URI:${gateway}`))).rejects.toMatchObject({ code: 'server_error' });
    const wide = await serve({ allow: { ask: [], '*': [gateway] } });
    expect(await call(wide.address, named(`URI:${gateway}`))).toEqual({ text: 'let me in' });
    await expect(call(wide.address, named(`URI:${gateway}`), 'ask')).rejects.toMatchObject({ code: 'server_error' });
  });

  test.each<[string, () => Certificate]>([
    ['of another authority', () => stranger.issue(serverShape)],
    ['of another name', () => authority.issue({ commonName: 'localhost', names: ['DNS:keys.test'] })],
    ['that expired', () => authority.issue({ ...serverShape, endsInMillis: -1_000 })],
  ])('a server with a certificate %s is not spoken to', async (_name, make) => {
    let asked = 0;
    const { address } = await serve({
      security: filesOf(make()),
      observe: () => ({ traceparent: '', end: () => asked++ }),
    });
    await expect(call(address, named(`URI:${gateway}`), 'say', patienceMillis)).rejects.toMatchObject({
      code: 'temporarily_unavailable',
    });
    expect(asked).toBe(0);
  });

  test('a name that stands for several replicas is resolved, tried again, and checked in each certificate', async () => {
    const seen: string[] = [];
    const note = (which: string) => ({
      allow: undefined,
      observe: () => {
        seen.push(which);
        return { traceparent: '', end: () => undefined };
      },
    });
    const first = await serve({ ...note('first'), address: '127.0.0.1:0' });
    const port = first.address.split(':')[1] ?? '';
    await serve({ ...note('second'), address: `127.0.0.2:${port}` });
    let asked = 0;
    const peer = peerOf([`token.test:${port}`], {
      security: filesOf(named(`URI:${gateway}`)),
      resolve(host) {
        expect(host).toBe('token.test');
        return asked++ === 0 ? Promise.reject(new Error('SERVFAIL')) : Promise.resolve(['127.0.0.1', '127.0.0.2']);
      },
    });
    const client = clientOf(peer, road);
    await until(async () => {
      await client.say({ text: '' });
      return new Set(seen).size === 2;
    });
  });

  test('I08: certificates and their authority are replaced under load without a failed call', async () => {
    const renewMillis = 10;
    const next = createAuthority('The next authority');
    const both = authority.cert + next.cert;
    const own: CertificateShape = { commonName: 'client', names: [`URI:${gateway}`] };
    const serverFiles = certificateFiles(authority.cert, authority.issue(serverShape));
    const clientFiles = certificateFiles(authority.cert, authority.issue(own));
    const { address } = await serve({ security: serverFiles.security, renewMillis });
    const client = clientOf(peerOf([address], { security: clientFiles.security, renewMillis }), road);
    const failures: unknown[] = [];
    let stopped = false;
    const worker = async () => {
      while (!stopped && failures.length === 0) {
        await client.say({ text: '' }).catch((error: unknown) => failures.push(error));
      }
    };
    const workers = Promise.all(Array.from({ length: 8 }, worker));

    const admitted = (issuer: typeof authority, ca: string) =>
      clientOf(peerOf([address], { security: certificateFiles(ca, issuer.issue(own)).security, patienceMillis }), road)
        .say({ text: '' })
        .then(
          () => true,
          () => false,
        );
    serverFiles.replace(both, authority.issue(serverShape));
    clientFiles.replace(both, authority.issue(own));
    await until(() => admitted(next, both));
    clientFiles.replace(both, next.issue(own));
    serverFiles.replace(both, next.issue(serverShape));
    await until(() => admitted(next, next.cert));
    await new Promise((resolve) => setTimeout(resolve, 10 * renewMillis));
    clientFiles.replace(next.cert, next.issue(own));
    serverFiles.replace(next.cert, next.issue(serverShape));
    await until(async () => !(await admitted(authority, both)));
    stopped = true;
    await workers;
    expect(failures).toEqual([]);
  });

  test('F28: the connection of before serves until one with the new certificate is open, and be it for ever', async () => {
    const { address } = await serve();
    const own: CertificateShape = { commonName: 'client', names: [`URI:${gateway}`] };
    const files = certificateFiles(authority.cert, authority.issue(own));
    // A handshake on a busy machine takes its time.
    const patience = 5 * patienceMillis;
    const security = { security: files.security, renewMillis: 10, patienceMillis: patience };
    const client = clientOf(peerOf([address], security), road);
    expect(await client.say({ text: 'first' })).toEqual({ text: 'first' });
    for (const issuer of [stranger, authority]) {
      // Nobody of a strange authority gets in. This goes on for longer than calls wait for a peer that nobody reaches.
      files.replace(authority.cert, issuer.issue(own));
      for (const end = Date.now() + 1.5 * patience; Date.now() < end;)
        expect(await client.say({ text: 'again' })).toEqual({ text: 'again' });
    }
  });

  test('a file that makes no certificate with the others is not taken, and what worked goes on', async () => {
    const files = certificateFiles(authority.cert, authority.issue(serverShape));
    const { address } = await serve({ security: files.security, renewMillis: 10 });
    files.replace(authority.cert, { ...authority.issue(serverShape), key: named('DNS:x').key });
    await new Promise((resolve) => setTimeout(resolve, 100));
    expect(await call(address, named(`URI:${gateway}`))).toEqual({ text: 'let me in' });
  });
});

test('I01: without a certificate, or without TLS, nobody gets past the handshake', async () => {
  const { address } = await serve();
  for (const each of [credentials.createSsl(Buffer.from(authority.cert)), credentials.createInsecure()]) {
    const client = new Client(address, each);
    const asIs = (bytes: Buffer) => bytes;
    const unary = await new Promise((resolve) =>
      client.makeUnaryRequest('/cardea.test.v1.EchoService/Say', asIs, asIs, Buffer.alloc(0), resolve),
    );
    expect(unary).toMatchObject({ code: 14 });
    const stream = client.makeBidiStreamRequest(StreamServiceService.exchange.path, asIs, asIs, new Metadata());
    const error = await new Promise((resolve) => stream.on('error', resolve));
    expect(error).toMatchObject({ code: 14 });
    client.close();
  }
});

test('I08: TLS below 1.3 is refused', async () => {
  const { address } = await serve();
  const port = Number(address.split(':')[1]);
  const { cert, key } = named(`URI:${gateway}`);
  const attempt = (maxVersion: 'TLSv1.2' | 'TLSv1.3') =>
    new Promise<string>((resolve) => {
      const options = { host: 'localhost', port, ca: authority.cert, cert, key, maxVersion, ALPNProtocols: ['h2'] };
      const socket = connect(options, () => {
        resolve(socket.getProtocol() ?? '');
        socket.destroy();
      });
      socket.on('error', () => resolve('refused'));
    });
  expect(await attempt('TLSv1.2')).toBe('refused');
  expect(await attempt('TLSv1.3')).toBe('TLSv1.3');
});

test.each([
  [undefined, []],
  ['', []],
  ['DNS:a.test, URI:spiffe://b, IP Address:127.0.0.1, email:c@d.test', ['a.test', 'spiffe://b']],
  ['URI:"spiffe://a, DNS:token.test", DNS:b.test', ['b.test']],
  ['DNS:*.a.test, DNS:b.*.test', []],
  ['othername:<unsupported>, DNS:a.test', ['a.test']],
])('the names in %p', (subjectaltname, names) => {
  expect(certificateNames(subjectaltname === undefined ? undefined : { subjectaltname })).toEqual(names);
});
