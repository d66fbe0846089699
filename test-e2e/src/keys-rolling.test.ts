// Two keys services over mutual TLS are restarted one after the other, everybody's certificates change, and then the authority that
// signs them, while tokens are asked for: no request fails (security catalogue F22, F28, I08).
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { connect } from 'node:tls';
import type { Authority, CertificateFiles } from './certificates.js';
import { createAuthority } from './certificates.js';
import type { CreatedClient } from './clients.js';
import { basic, createClient } from './clients.js';
import type { Demo } from './demo.js';
import { freeBase, startDemo } from './demo.js';
import type { Served } from './processes.js';
import { root, serve } from './processes.js';

const rounds = 3;
const names = {
  gateway: { uri: 'spiffe://cardea.test/gateway' },
  token: { uri: 'spiffe://cardea.test/token' },
  'keys-1': { uri: 'spiffe://cardea.test/keys' },
  'keys-2': { uri: 'spiffe://cardea.test/keys' },
} as const;
type Who = keyof typeof names;
const signers = ['keys-1', 'keys-2'] as const;

let demo: Demo;
let directory: string;
let authority: Authority;
let files: Record<Who, CertificateFiles>;
let publicUrl: string;
let client: CreatedClient;
let start: (who: Who) => Promise<void>;
let ports: Record<Who, { readonly grpc: number; readonly management: number }>;
const services = new Map<Who, Served>();

// PostgreSQL, its schema and the first keys are a demo's, as is its admin API; the services that sign are our own, with certificates.
beforeAll(async () => {
  demo = await startDemo({ env: { HSM_ENABLED: 'false' } });
  directory = path.join(demo.home, 'rolling');
  mkdirSync(directory);
  authority = createAuthority(directory);
  const everybody = Object.keys(names) as Who[];
  files = Object.fromEntries(everybody.map((who) => [who, authority.issue(who, names[who])])) as typeof files;
  const base = await freeBase();
  const port = (grpc: number, management: number) => ({ grpc: base + grpc, management: base + management });
  ports = { gateway: port(0, 10), token: port(2, 12), 'keys-1': port(3, 14), 'keys-2': port(4, 13) };
  publicUrl = `http://127.0.0.1:${String(base)}`;
  const local = (who: Who) => `127.0.0.1:${String(ports[who].grpc)}`;
  const settings = (who: Who) => {
    const [service = ''] = who.split('-');
    const config = {
      serve: {
        public: { port: base },
        management: { [service]: ports[who].management },
        token: {
          address: local('token'),
          ...(who === 'token' && { tls: files.token }),
          allow: { gateway: [names.gateway.uri] },
        },
        ...(service === 'keys' && {
          keys: { address: local(who), tls: files[who], allow: { token: [names.token.uri], admin: [names.token.uri] } },
        }),
      },
      peers: {
        ...(who === 'gateway' && { token: { addresses: [local('token')], tls: files.gateway } }),
        ...(who === 'token' && { keys: { addresses: signers.map(local), tls: files.token } }),
      },
      urls: { self: { issuer: publicUrl } },
    };
    const file = path.join(directory, `${who}.yaml`);
    // YAML contains JSON.
    writeFileSync(file, JSON.stringify(config, null, 2));
    return file;
  };
  const given = (name: string) => path.join(demo.home, 'config', `${name}.yaml`);
  start = async (who) => {
    const [service = ''] = who.split('-');
    const own = service === 'gateway' ? [] : [given(service)];
    const ready = `http://127.0.0.1:${String(ports[who].management)}/health/ready`;
    services.set(who, await serve(service, [given('shared'), ...own, settings(who)], ready));
  };
  await Promise.all(signers.map(start));
  await start('token');
  await start('gateway');
  client = await createClient(demo.admin, { access_token_strategy: 'jwt' });
}, 400_000);

afterAll(async () => {
  await Promise.all([...services.values()].map((service) => service.stop()));
  await demo.stop();
}, 180_000);

/** Waits for what has to come, however long the machine takes; a failed request ends it too. */
async function until(what: string, holds: () => boolean | Promise<boolean>): Promise<void> {
  for (const end = Date.now() + 180_000; Date.now() < end; await sleep(50)) if (await holds()) return;
  throw new Error(`it did not come to pass: ${what}`);
}

/** How often a keys service has signed since it started. */
async function signed(who: (typeof signers)[number]): Promise<number> {
  const metrics = await (await fetch(`http://127.0.0.1:${String(ports[who].management)}/metrics`)).text();
  const counts = [...metrics.matchAll(/^cardea_keys_signatures_total\{[^}]*\} (\d+)/gm)];
  return counts.reduce((sum, [, count]) => sum + Number(count), 0);
}

const fingerprint = (der: Buffer) => createHash('sha256').update(der).digest('hex');
const own = (who: Who) => {
  const [, body = ''] = /CERTIFICATE-----([\s\S]*?)-----END/.exec(readFileSync(files[who].cert_file, 'utf8')) ?? [];
  return fingerprint(Buffer.from(body, 'base64'));
};

/** The certificate that a keys service shows to whoever connects now. */
const shown = (who: Who) =>
  new Promise<string>((resolve, reject) => {
    const read = (file: string) => readFileSync(file);
    const { ca_file, cert_file, key_file } = files.token;
    const options = { ca: read(ca_file), cert: read(cert_file), key: read(key_file), ALPNProtocols: ['h2'] };
    const socket = connect({ host: '127.0.0.1', port: ports[who].grpc, ...options }, () => {
      resolve(fingerprint(socket.getPeerCertificate().raw));
      socket.destroy();
    }).once('error', reject);
  });

/** Tokens are asked for by four callers from the beginning of the work to its end; the first that is refused ends it. */
async function underLoad(work: (more: (count: number) => Promise<void>) => Promise<void>): Promise<void> {
  const failures: string[] = [];
  let issued = 0;
  let over = false;
  const ask = async (): Promise<void> => {
    const response = await fetch(`${publicUrl}/oauth2/token`, {
      method: 'POST',
      headers: { authorization: basic(client) },
      body: new URLSearchParams({ grant_type: 'client_credentials' }),
    });
    const text = await response.text();
    if (response.status === 200 && text.includes('"access_token":"ey')) issued++;
    else failures.push(`${String(response.status)} ${text}`);
  };
  const load = Promise.all(
    Array.from({ length: 4 }, async () => {
      // A moment's pause leaves the machine to the services that start meanwhile.
      for (; !over && failures.length === 0; await sleep(5))
        await ask().catch((error: unknown) => failures.push(String(error)));
    }),
  );
  const more = async (count: number) => {
    const goal = issued + count;
    await until('tokens are issued', () => issued >= goal || failures.length > 0);
    expect(failures).toEqual([]);
  };
  try {
    await more(20);
    await work(more);
    await more(20);
  } finally {
    over = true;
    await load;
  }
  expect(failures).toEqual([]);
}

/** One keys service after the other; whoever restarts the next waits until this one works. */
async function restartSigners(more: (count: number) => Promise<void>): Promise<void> {
  for (const who of signers) {
    await services.get(who)?.stop();
    await more(20);
    await start(who);
    await until(`${who} signs`, async () => {
      await more(1);
      return (await signed(who)) > 0;
    });
  }
}

test('F22, F28, I08: keys services are restarted and all certificates change under load, and no request fails', async () => {
  await underLoad(async (more) => {
    for (let round = 0; round < rounds; round++) {
      await restartSigners(more);
      for (const who of Object.keys(names) as Who[]) authority.issue(who, names[who]);
      for (const who of signers)
        await until(`${who} shows its new certificate`, async () => (await shown(who)) === own(who));
      await more(20);
    }
  });
  for (const who of signers) expect(await signed(who)).toBeGreaterThan(0);
}, 900_000);

/** Whether a server lets in who has this certificate: it says something only to those. */
const letsIn = (who: Who, ca: Buffer, { cert_file, key_file }: CertificateFiles) =>
  new Promise<boolean>((resolve) => {
    const [cert, key] = [readFileSync(cert_file), readFileSync(key_file)];
    const socket = connect({ host: '127.0.0.1', port: ports[who].grpc, ca, cert, key, ALPNProtocols: ['h2'] });
    socket.once('data', () => {
      resolve(true);
      socket.destroy();
    });
    for (const event of ['error', 'close'] as const) socket.once(event, () => resolve(false));
  });

/** The commands of a section of docs/keys.md, block by block. */
function commandsOf(heading: string): string[] {
  const page = readFileSync(path.join(root, 'docs/keys.md'), 'utf8');
  const section = page.split(`\n### ${heading}\n`)[1]?.split(/\n##/)[0] ?? '';
  return [...section.matchAll(/^```sh[^\n]*\n([\s\S]*?)^```$/gm)].map(([, commands = '']) => commands);
}

test('F28: another authority signs all certificates from now on, step by step under load, and no request fails', async () => {
  const servers = ['token', ...signers] as const;
  const next = createAuthority(directory, 'new-ca');
  const [before, after] = ['ca.pem', 'new-ca.pem'].map((file) => readFileSync(path.join(directory, file)));
  writeFileSync(path.join(directory, 'old-ca.pem'), before!);
  const both = Buffer.concat([before!, after!]);
  const [trustBoth, trustNew, ...rest] = commandsOf('A new authority');
  expect(rest).toEqual([]);
  const run = (commands: string | undefined) => execFileSync('sh', ['-ec', commands ?? 'false'], { cwd: directory });

  const ofBefore = authority.issue('of-before', names.token);
  const ofNext = next.issue('of-next', names.token);
  for (const who of servers) {
    expect(await letsIn(who, both, ofBefore)).toBe(true);
    expect(await letsIn(who, both, ofNext)).toBe(false);
  }
  await underLoad(async (more) => {
    run(trustBoth);
    for (const who of servers) await until(`${who} trusts the new authority`, () => letsIn(who, both, ofNext));
    await more(20);

    for (const who of Object.keys(names) as Who[]) next.issue(who, names[who]);
    for (const who of servers)
      await until(`${who} shows its new certificate`, async () => (await shown(who)) === own(who));
    await more(20);

    run(trustNew);
    for (const who of servers)
      await until(`${who} trusts the old authority no more`, async () => !(await letsIn(who, both, ofBefore)));
    await more(20);
    // Nothing of the old one is needed by whoever begins now.
    await restartSigners(more);
  });
  for (const who of servers) expect(await letsIn(who, after!, ofNext)).toBe(true);
}, 900_000);
