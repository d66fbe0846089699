// Rows of the checklist about tokens, what is told of them, and the edges they pass.
import { expect } from '@jest/globals';
import { readFileSync } from 'node:fs';
import { request as httpsRequest } from 'node:https';
import { createAuthority } from './certificates.js';
import type { ChecklistRow, World } from './checklist-world.js';
import { claimsOf, gateway } from './checklist-world.js';
import { basic } from './clients.js';
import { adminCall } from './login-app.js';

const machine = { grant_type: 'client_credentials' };
const userinfo = ({ public: ask, read }: World, token: string) =>
  read(ask('GET', '/userinfo', { headers: { authorization: `Bearer ${token}` } }));
const refresh = (world: World, token: string) => world.ask({ grant_type: 'refresh_token', refresh_token: token });
const instants = ['exp', 'iat', 'nbf'] as const;

export const tokenRows: readonly ChecklistRow[] = [
  [
    12,
    'token_type is bearer where tokens are issued and Bearer where they are introspected',
    async (world) => {
      const { body } = await world.ask(machine);
      expect(body).toMatchObject({ token_type: 'bearer' });
      expect(await world.introspect(body.access_token ?? '')).toMatchObject({ token_type: 'Bearer' });
    },
  ],
  [
    13,
    'scope is always said where tokens are issued: what was granted',
    async (world) => {
      expect((await world.ask({ ...machine, scope: 'read' })).body.scope).toBe('read');
      expect((await world.ask(machine)).body.scope).toBe('');
    },
  ],
  [
    14,
    'lifetimes and instants are whole seconds',
    async (world) => {
      const { body } = await world.ask(machine);
      expect(Number.isInteger((body as { expires_in?: number }).expires_in)).toBe(true);
      const told = await world.introspect(body.access_token ?? '');
      const seconds = instants.map((name) => told[name]);
      expect(seconds.every(Number.isInteger)).toBe(true);
      expect(Number(told['exp']) - Number(told['iat'])).toBe((body as { expires_in?: number }).expires_in);
    },
  ],
  [
    15,
    'of a token that is no good nothing is told but that',
    async (world) => expect(await world.introspect('garbage')).toEqual({ active: false }),
  ],
  [
    16,
    'a revocation is 200 whatever the token is, and ends the whole grant',
    async (world) => {
      const headers = { authorization: basic(world.client) };
      const revoke = async (token: string, who: Record<string, string> = headers) =>
        (await world.public('POST', '/oauth2/revoke', { headers: who, body: new URLSearchParams({ token }) })).status;
      const tokens = await world.tokens();
      expect(await revoke('garbage')).toBe(200);
      expect(await revoke(tokens.access_token, { authorization: 'Basic bm9ib2R5Om5vYm9keQ==' })).toBe(401);
      expect(await world.introspect(tokens.refresh_token)).toMatchObject({ active: true });
      expect(await revoke(tokens.access_token)).toBe(200);
      expect(await world.introspect(tokens.refresh_token)).toEqual({ active: false });
    },
  ],
  [
    17,
    'a refresh token used twice is invalid_grant, and its family falls',
    async (world) => {
      const { refresh_token: first } = await world.tokens();
      const second = await refresh(world, first);
      expect(second.status).toBe(200);
      const third = await refresh(world, second.body.refresh_token ?? '');
      expect(await refresh(world, first)).toMatchObject({ status: 400, body: { error: 'invalid_grant' } });
      expect(await refresh(world, third.body.refresh_token ?? '')).toMatchObject({ status: 400 });
      expect(await world.introspect(third.body.access_token ?? '')).toEqual({ active: false });
    },
  ],
  [
    28,
    'userinfo needs no openid, and its aud has the client',
    async (world) => {
      const { body } = await world.ask(machine);
      const [status, machineClaims] = await userinfo(world, body.access_token ?? '');
      expect([status, machineClaims['aud']]).toEqual([200, [world.client.client_id]]);
      const [, claims] = await userinfo(world, (await world.tokens()).access_token);
      expect(claims).toMatchObject({ sub: 'alice', aud: [world.client.client_id] });
    },
  ],
  [
    29,
    'a JWT access token has scp as a list, client_id, and custom claims in ext',
    async (world) => {
      const client = await world.newClient({ access_token_strategy: 'jwt' });
      const { access_token: jwt } = await world.tokens({}, client, { accessTokenClaims: { tenant: 't1' } });
      expect(claimsOf(jwt)).toMatchObject({
        scp: ['openid', 'offline'],
        client_id: client.client_id,
        ext: { tenant: 't1' },
      });
    },
  ],
  [
    30,
    'an ID token has rat and sid, and aud and amr as arrays',
    async (world) => {
      const { id_token: jwt } = await world.tokens();
      expect(claimsOf(jwt)).toMatchObject({
        ...{ rat: expect.any(Number), sid: expect.any(String) },
        ...{ aud: [world.client.client_id], amr: ['pwd'] },
      });
    },
  ],
  [
    35,
    'discovery lists what there is: S256, and the grants, of which Hydra leaves one out and a method too many in',
    async ({ public: ask, read }) => {
      const [, document] = await read(ask('GET', '/.well-known/openid-configuration'));
      expect(document['code_challenge_methods_supported']).toEqual(['S256']);
      expect(document['grant_types_supported']).toEqual(
        expect.arrayContaining(['authorization_code', 'implicit', 'client_credentials', 'refresh_token']),
      );
    },
  ],
  [
    42,
    'tokens outlive a logout and the end of a login, not the end of a consent',
    async (world) => {
      const subject = `row 42 ${String(Date.now())}`;
      const tokens = await world.tokens({}, world.client, { subject, remember: true });
      const active = async () => (await world.introspect(tokens.access_token))['active'];
      const sessions = `${world.demo.admin}/admin/oauth2/auth/sessions`;
      await adminCall(`${sessions}/login?sid=${String(claimsOf(tokens.id_token)['sid'])}`, 'DELETE');
      await adminCall(`${sessions}/login?subject=${encodeURIComponent(subject)}`, 'DELETE');
      expect(await active()).toBe(true);
      const all = `${sessions}/consent?subject=${encodeURIComponent(subject)}&all=true`;
      await adminCall(all, 'DELETE');
      expect(await active()).toBe(false);
      expect(await refresh(world, tokens.refresh_token)).toMatchObject({ status: 400 });
    },
  ],
  [
    44,
    'a hook’s 200 replaces the claims it says, its 204 keeps them, its 403 refuses',
    async (world) => {
      const { refresh_token: first } = await world.tokens({}, world.client, { accessTokenClaims: { old: 1 } });
      const claims = async (answer: Awaited<ReturnType<typeof refresh>>) =>
        (await world.introspect(answer.body.access_token ?? ''))['ext'];
      try {
        const kept = await refresh(world, first);
        expect(await claims(kept)).toEqual({ old: 1 });
        world.hook({ status: 200, body: { session: { access_token: { fresh: 2 }, id_token: {} } } });
        const replaced = await refresh(world, kept.body.refresh_token ?? '');
        expect(await claims(replaced)).toEqual({ fresh: 2 });
        world.hook({ status: 403 });
        const refused = await refresh(world, replaced.body.refresh_token ?? '');
        expect(refused).toMatchObject({ status: 403, body: { error: 'access_denied' } });
      } finally {
        world.hook({ status: 204 });
      }
    },
  ],
  [
    48,
    'health is status ok, and 503 with errors where something is missing',
    async (world) => {
      for (const answer of [
        world.public('GET', '/health/alive'),
        world.public('GET', '/health/ready'),
        world.admin('GET', '/health/ready'),
      ]) {
        expect(await world.read(answer)).toEqual([200, { status: 'ok' }]);
      }
      const lonely = (base: number) => ({ serve: { token: { address: `127.0.0.1:${String(base + 2)}` } } });
      const [served, port] = await gateway(world, 'alive', lonely);
      try {
        const answer = fetch(`http://127.0.0.1:${String(port)}/health/ready`);
        expect(await world.read(answer)).toEqual([503, { errors: expect.any(Object) }]);
      } finally {
        await served.stop();
      }
    },
  ],
  [
    49,
    'CORS says nothing without an Origin, and allows credentials with one that is allowed',
    async ({ public: ask, client }) => {
      const from = (headers: Record<string, string>) =>
        ask('POST', '/oauth2/token', {
          headers: { authorization: basic(client), ...headers },
          body: new URLSearchParams(machine),
        });
      const cors = async (headers: Record<string, string>) => {
        const answer = await from(headers);
        const { headers: told } = answer;
        return [answer.status, told.get('access-control-allow-origin'), told.get('access-control-allow-credentials')];
      };
      expect(await cors({})).toEqual([200, null, null]);
      expect(await cors({ origin: 'https://app.test' })).toEqual([200, 'https://app.test', 'true']);
      expect(await cors({ origin: 'https://evil.test' })).toEqual([200, null, null]);
    },
  ],
  [
    50,
    'with TLS only TLS is served, without it no forwarded protocol is asked for',
    async (world) => {
      const headers = { 'x-forwarded-proto': 'http' };
      expect((await world.public('GET', '/health/alive', { headers })).status).toBe(200);
      const files = createAuthority(world.demo.home).issue('row-50', { dns: 'localhost' });
      const pem = { cert: { path: files.cert_file }, key: { path: files.key_file } };
      const [served, port] = await gateway(world, 'ready', (base) => ({
        serve: { public: { port: base, tls: { enabled: true, ...pem } } },
      }));
      try {
        const url = `://127.0.0.1:${String(port)}/health/alive`;
        const secure = await new Promise<number | undefined>((resolve, reject) => {
          httpsRequest(`https${url}`, { ca: readFileSync(files.ca_file) }, (answer) => resolve(answer.statusCode))
            .on('error', reject)
            .end();
        });
        expect(secure).toBe(200);
        expect((await fetch(`http${url}`, { headers })).status).toBe(400);
      } finally {
        await served.stop();
      }
    },
  ],
];
