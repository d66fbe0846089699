// Every operation of the admin API against every kind of credential, over real HTTP and TLS: who gets past the door, who is
// told to show something, and who is told no (security §2.5, catalogue A30).
import { selfSigned } from '@cardea/http';
import { adminRoles } from '@cardea/service';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { request as requestTls } from 'node:https';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { StartedAdmin } from '../admin.fixture.js';
import { startAdmin } from '../admin.fixture.js';
import { adminOperations } from '../openapi/document.js';
import { makeApiKey } from './api-keys.js';

type Role = (typeof adminRoles)[number];

/** Who may do what, written down by hand: the rules must come to the same. */
const allowed: Readonly<Record<string, readonly Role[]>> = {
  ...operations(['operator', 'client-operator', 'auditor'], ['listOAuth2Clients', 'getOAuth2Client']),
  ...operations(
    ['operator', 'auditor'],
    ['listOAuth2ConsentSessions', 'listLogoutDeliveries', 'getMetrics'],
    ['listTrustedOAuth2JwtGrantIssuers', 'getTrustedOAuth2JwtGrantIssuer', 'listQueues', 'listJobs', 'getJob'],
  ),
  ...operations(
    ['operator', 'client-operator'],
    ['createOAuth2Client', 'setOAuth2Client', 'patchOAuth2Client', 'deleteOAuth2Client', 'setOAuth2ClientLifespans'],
    ['rotateOAuth2ClientSecret', 'deleteRotatedOAuth2ClientSecrets'],
  ),
  ...operations(
    ['operator'],
    ['deleteOAuth2Token', 'resendLogoutDelivery'],
    ['revokeOAuth2ConsentSessions', 'revokeOAuth2LoginSessions'],
    ['trustOAuth2JwtGrantIssuer', 'deleteTrustedOAuth2JwtGrantIssuer'],
    ['retryJob', 'retryFailedJobs', 'drainFailedJobs'],
  ),
  ...operations(
    ['login-ui'],
    ['getOAuth2LoginRequest', 'acceptOAuth2LoginRequest', 'rejectOAuth2LoginRequest'],
    ['getOAuth2ConsentRequest', 'acceptOAuth2ConsentRequest', 'rejectOAuth2ConsentRequest'],
    ['getOAuth2LogoutRequest', 'acceptOAuth2LogoutRequest', 'rejectOAuth2LogoutRequest', 'acceptUserCodeRequest'],
  ),
  ...operations(['introspector'], ['introspectOAuth2Token']),
  ...operations(['auditor'], ['listAuditEvents', 'readEvents']),
  ...operations(['auditor'], ['acknowledgeSignatureFinding']),
  ...operations(['auditor', 'key-operator'], ['getAttestation', 'listRecordedSignatures', 'listSignatureFindings']),
  ...operations(
    ['key-operator'],
    ['getJsonWebKeySet', 'createJsonWebKeySet', 'setJsonWebKeySet', 'deleteJsonWebKeySet'],
    ['getJsonWebKey', 'setJsonWebKey', 'deleteJsonWebKey'],
  ),
  ...operations(adminRoles, ['getVersion', 'getOpenApi']),
};
const open = ['isAlive', 'isReady'];

function operations(roles: readonly Role[], ...ids: readonly (readonly string[])[]) {
  return Object.fromEntries(ids.flat().map((id) => [id, roles]));
}

const keys = Object.fromEntries(adminRoles.map((role, index) => [role, makeApiKey(Buffer.alloc(32, index + 1))]));
let admin: StartedAdmin;
beforeAll(async () => {
  const configured = Object.entries(keys).map(([role, { hash }]) => ({ name: role, hash, roles: [role] }));
  admin = await startAdmin({}, { SERVE_ADMIN_AUTHENTICATION_API_KEYS: JSON.stringify(configured) });
});
afterAll(() => admin.stop());

/** What the door says; what lies behind it fails in this test, and that is another answer. */
const status = async (method: string, at: string, authorization?: string) => {
  const response = await fetch(admin.url + at.replace(/\{\w+\}/g, 'x'), {
    method: method.toUpperCase(),
    headers: authorization === undefined ? {} : { authorization },
  });
  await response.arrayBuffer();
  return response.status;
};

test('A30: the table names every operation there is, and no other', () => {
  expect([...Object.keys(allowed), ...open].sort()).toEqual(adminOperations.map(({ id }) => id).sort());
});

describe('A30: API keys', () => {
  test.each(adminOperations.map(({ id, method, path: at }) => [id, method, at] as const))(
    '%s (%s %s)',
    async (id, method, at) => {
      const strangers = [
        undefined,
        // What a public client of ours holds: an opaque access token, or one that is a JWT.
        `Bearer ory_at_${'x'.repeat(43)}.${'y'.repeat(43)}`,
        'Bearer eyJhbGciOiJFUzI1NiIsInR5cCI6ImF0K2p3dCJ9.eyJjbGllbnRfaWQiOiJhcHAifQ.c2lnbmF0dXJl',
      ];
      if (open.includes(id)) {
        for (const authorization of strangers) expect([200, 503]).toContain(await status(method, at, authorization));
        return;
      }
      for (const authorization of strangers) expect(await status(method, at, authorization)).toBe(401);
      const passed: string[] = [];
      for (const role of adminRoles) {
        const said = await status(method, at, `Bearer ${keys[role]!.key}`);
        expect(said).not.toBe(401);
        if (said !== 403) passed.push(role);
      }
      expect(passed.sort()).toEqual([...allowed[id]!].sort());
    },
  );
});

describe('A30: certificates', () => {
  const directory = mkdtempSync(path.join(tmpdir(), 'cardea-admin-'));
  const inFile = (name: string, text: string) => {
    writeFileSync(path.join(directory, name), text);
    return path.join(directory, name);
  };
  const listener = selfSigned(Date.now());
  const good = selfSigned(Date.now());
  // Ended ten days ago.
  const expired = selfSigned(Date.now() - 40 * 86_400_000);
  const start = (name: string) =>
    startAdmin(
      {},
      {
        SERVE_ADMIN_TLS_ENABLED: 'true',
        SERVE_ADMIN_TLS_CERT_PATH: inFile('cert.pem', listener.cert),
        SERVE_ADMIN_TLS_KEY_PATH: inFile('key.pem', listener.key),
        // Both are their own authority, and trusted.
        SERVE_ADMIN_AUTHENTICATION_MTLS_CA_FILE: inFile('ca.pem', good.cert + expired.cert),
        SERVE_ADMIN_AUTHENTICATION_MTLS_NAMES: JSON.stringify([{ name, roles: ['auditor'] }]),
      },
    );
  const shown = (at: StartedAdmin, certificate: { cert: string; key: string }) =>
    new Promise<number>((resolve, reject) => {
      const options = { ca: listener.cert, servername: 'localhost', ...certificate };
      requestTls(`${at.url}/admin/version`, options, (response) => {
        response.resume();
        resolve(response.statusCode ?? 0);
      })
        .on('error', reject)
        .end();
    });

  test('one that is good is taken, the same after its end is not', async () => {
    const ours = await start('localhost');
    try {
      expect([await shown(ours, good), await shown(ours, expired)]).toEqual([200, 401]);
    } finally {
      await ours.stop();
    }
  });
  test('a good one with another name is nobody’s', async () => {
    const others = await start('operator.test');
    try {
      expect(await shown(others, good)).toBe(401);
    } finally {
      await others.stop();
    }
  });
});
