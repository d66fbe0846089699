// `cardea smoke`: one pass through everything a relying party does, against a running installation, with a client of its own that is
// gone afterwards.
import { randomBytes } from 'node:crypto';
import type { Session } from '../api-command.js';
import type { Api, Json } from '../api/client.js';
import { Failure } from '../failure.js';
import { authorizationRequest } from '../perform/authorization-request.js';
import type { Credential } from '../perform/client-credential.js';
import { basicOrForm } from '../perform/client-credential.js';
import { discover, signingKeys } from '../perform/discovery.js';
import { checkIdToken } from '../perform/id-token.js';
import { requestTokens } from '../perform/token-request.js';
import type { GrpcIntrospection, GrpcOptions, Worth } from './grpc-introspection.js';
import { openIntrospection } from './grpc-introspection.js';
import { visit } from './visitor.js';

export interface SmokeOptions extends GrpcOptions {
  readonly adminEndpoint?: string;
}

const redirectUri = 'https://smoke.cardea.invalid/callback';
const scope = ['openid', 'offline_access', 'smoke'];

/** @throws {Failure} naming the step that went wrong */
export async function smoke(session: Session, options: SmokeOptions): Promise<void> {
  const grpc = await openIntrospection(options);
  try {
    await goThrough(session, options, grpc);
  } finally {
    await grpc?.close();
  }
}

async function goThrough(session: Session, options: SmokeOptions, grpc: GrpcIntrospection | undefined): Promise<void> {
  const open = session.api;
  const admin = session.other('admin', options.adminEndpoint);
  const { out } = session.surroundings;
  const step = async <T>(name: string, work: () => Promise<T>): Promise<T> => {
    const begun = performance.now();
    try {
      const done = await work();
      out(`ok      ${name.padEnd(22)} ${(performance.now() - begun).toFixed(0).padStart(6)} ms\n`);
      return done;
    } catch (error) {
      out(`FAILED  ${name}\n`);
      throw new Failure(`${name}: ${(error as Error).message}`, error instanceof Failure ? error.exitCode : 1, {
        cause: error,
      });
    }
  };

  const issuer = await step('discovery', () => discover(open));
  const keys = await step('key set', () => signingKeys(open));
  const client = await step('client', () => createClient(admin));
  try {
    await step('client credentials', async () => {
      const { access_token: token } = await requestTokens(open, client, {
        grant_type: 'client_credentials',
        scope: 'smoke',
      });
      await expectActive(admin, token, true);
    });
    const subject = `smoke-${randomBytes(6).toString('hex')}`;
    const asked = authorizationRequest(
      issuer.authorizationEndpoint,
      {
        clientId: client.id,
        redirectUri,
        scope,
        audience: [],
        prompt: [],
        maxAge: -1,
        responseMode: undefined,
        state: undefined,
      },
      issuer,
    );
    const code = await step('login and consent', async () => {
      const { searchParams } = await visit(open, admin, asked.url, redirectUri, { subject, scope });
      if (!asked.belongs(searchParams)) throw new Failure('the state that came back is not the one that was sent');
      return asked.codeOf(searchParams);
    });
    const redeem = { grant_type: 'authorization_code', code, redirect_uri: redirectUri, code_verifier: asked.verifier };
    const tokens = await step('code', () => requestTokens(open, client, redeem));
    await step('ID token', async () => {
      const { access_token: accessToken, id_token: idToken = '' } = tokens;
      const known = {
        issuer: issuer.issuer,
        clientId: client.id,
        nonce: asked.nonce,
        accessToken,
        keys,
        now: Date.now(),
      };
      checkIdToken(idToken, known);
    });
    await step('userinfo', () => expectSubject(open, tokens.access_token, subject));
    if (grpc !== undefined) {
      await step('introspection by gRPC', () => expectWorth(grpc, tokens.access_token, { active: true, subject }));
    }
    const fresh = await step('refresh', () =>
      requestTokens(open, client, { grant_type: 'refresh_token', refresh_token: tokens.refresh_token ?? '' }),
    );
    await step('revocation', async () => {
      await open.call('POST', '/oauth2/revoke', basicOrForm(client, { token: fresh.refresh_token ?? '' }));
      await expectActive(admin, fresh.access_token, false);
      if (grpc !== undefined) await expectWorth(grpc, fresh.access_token, { active: false, subject: '' });
    });
  } finally {
    await step('client is gone', () => admin.call('DELETE', `/admin/clients/${client.id}`));
  }
}

async function createClient(admin: Api): Promise<Credential> {
  const id = `smoke-${randomBytes(8).toString('hex')}`;
  const secret = randomBytes(24).toString('base64url');
  const json = {
    client_id: id,
    client_name: 'cardea smoke',
    client_secret: secret,
    grant_types: ['authorization_code', 'refresh_token', 'client_credentials'],
    response_types: ['code'],
    redirect_uris: [redirectUri],
    scope: scope.join(' '),
  };
  await admin.call('POST', '/admin/clients', { json });
  return { id, secret, method: 'client_secret_basic' };
}

async function expectActive(admin: Api, token: string, expected: boolean): Promise<void> {
  const { active } = (await admin.call('POST', '/admin/oauth2/introspect', { form: { token } })) as Json;
  if (active !== expected) throw new Failure(`introspection says active: ${String(active)}`);
}

async function expectWorth(grpc: GrpcIntrospection, token: string, expected: Worth): Promise<void> {
  const { active, subject } = await grpc.ask(token);
  if (active !== expected.active) throw new Failure(`introspection over gRPC says active: ${String(active)}`);
  if (subject !== expected.subject) throw new Failure('introspection over gRPC is about somebody else');
}

async function expectSubject(open: Api, token: string, subject: string): Promise<void> {
  const { sub } = (await open.call('GET', '/userinfo', { headers: { authorization: `Bearer ${token}` } })) as Json;
  if (sub !== subject) throw new Failure('userinfo is about somebody else');
}
