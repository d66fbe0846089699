// Clients as Kubernetes resources: the controller as a process, over TLS with its tokens, between a real admin API and a server that
// speaks Kubernetes' API; what it makes of a client is proven by a token that the client gets.
import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import type { Demo } from '../demo.js';
import { joinDemo } from '../demo.js';
import type { Installation } from './installation.js';
import { eventually, install, namespace } from './installation.js';
import type { View } from './view.js';
import { conditionOf, hydra, own, secrets, uniqueName, viewOf } from './view.js';

let demo: Demo;
let installation: Installation;
let view: View;
beforeAll(async () => {
  demo = await joinDemo();
  installation = await install(demo);
  view = viewOf(installation, demo);
}, 200_000);
// With its resources go the clients: the demo is everybody's.
afterEach(() => view.cleared(), 90_000);
afterAll(async () => {
  await installation.stop();
  await demo.stop();
});

const machine = { grantTypes: ['client_credentials'], scopeArray: ['photos.read', 'photos.write'] };

describe('hydra.ory.sh/v1alpha1', () => {
  test('a resource becomes a client, a Secret and a condition; a change of it changes the client', async () => {
    const name = uniqueName('printer');
    view.create(hydra, name, { ...machine, clientName: 'Printer', secretName: name, metadata: { team: 'photos' } });
    const { metadata, status } = await view.settled(hydra, name, 'True');
    expect(metadata.finalizers).toEqual(['finalizer.ory.hydra.sh']);
    const secret = installation.store.get(secrets, namespace, name);
    expect(secret.metadata.ownerReferences).toEqual([
      { apiVersion: 'hydra.ory.sh/v1alpha1', kind: 'OAuth2Client', name, uid: metadata.uid },
    ]);
    const credentials = view.credentialsIn(name);
    expect(status).toMatchObject({ clientId: credentials.client_id, observedGeneration: metadata.generation });
    expect(status).not.toHaveProperty('reconciliationError');
    expect(await view.clientOf(credentials.client_id)).toMatchObject({
      client_name: 'Printer',
      owner: `${name}/${namespace}`,
      scope: 'photos.read photos.write',
      grant_types: ['client_credentials'],
      metadata: { team: 'photos' },
    });
    expect(await view.tokenStatus(credentials)).toBe(200);

    installation.store.patch(hydra, namespace, name, { spec: { scopeArray: ['photos.write'], clientName: null } });
    await eventually(
      () => view.clientOf(credentials.client_id),
      (client) => client?.['scope'] === 'photos.write',
    );
    expect(await view.clientOf(credentials.client_id)).toMatchObject({ client_name: '' });
    // The secret stays what it was.
    expect(await view.tokenStatus(credentials, 'photos.write')).toBe(200);
    expect(view.credentialsIn(name)).toEqual(credentials);
  });

  test('what somebody changes of the client, its secret too, is changed back', async () => {
    const name = uniqueName('drift');
    view.create(hydra, name, { ...machine, secretName: name });
    await view.settled(hydra, name, 'True');
    const credentials = view.credentialsIn(name);
    await view.admin('PATCH', `/${credentials.client_id}`, [
      { op: 'replace', path: '/client_name', value: 'Mallory' },
      { op: 'replace', path: '/client_secret', value: 'known-to-mallory-alone' },
    ]);
    await eventually(
      () => view.clientOf(credentials.client_id),
      (client) => client?.['client_name'] === '',
    );
    expect(await view.tokenStatus(credentials)).toBe(200);
    expect(await view.tokenStatus({ ...credentials, client_secret: 'known-to-mallory-alone' })).toBe(401);

    await view.admin('DELETE', `/${credentials.client_id}`);
    await eventually(
      () => view.clientOf(credentials.client_id),
      (client) => client !== undefined,
    );
    expect(await view.tokenStatus(credentials)).toBe(200);
  });

  test('without trouble nothing is written a second time', async () => {
    const name = uniqueName('quiet');
    view.create(hydra, name, { ...machine, secretName: name });
    await view.settled(hydra, name, 'True');
    const id = view.credentialsIn(name).client_id;
    const seen = async () => [
      installation.store.get(hydra, namespace, name).metadata.resourceVersion,
      (await view.clientOf(id))?.['updated_at'],
    ];
    const before = await seen();
    // Three rounds, by what the API server was asked.
    const rounds = () => installation.api.asked.filter((asked) => asked === 'get secrets').length;
    const until = rounds() + 3;
    await eventually(rounds, (count) => count >= until);
    expect(await seen()).toEqual(before);
  });

  test('with the resource goes the client, unless it is to stay', async () => {
    const [gone, kept] = [uniqueName('gone'), uniqueName('kept')];
    view.create(hydra, gone, { ...machine, secretName: gone });
    view.create(hydra, kept, { ...machine, secretName: kept, deletionPolicy: 'orphan' });
    await view.settled(hydra, gone, 'True');
    await view.settled(hydra, kept, 'True');
    const [first, second] = [view.credentialsIn(gone).client_id, view.credentialsIn(kept).client_id];
    for (const name of [gone, kept]) installation.store.remove(hydra, namespace, name);
    for (const name of [gone, kept]) await view.gone(hydra, name);
    expect(await view.clientOf(first)).toBeUndefined();
    expect(await view.clientOf(second)).toMatchObject({ client_id: second });
    expect(installation.store.find(secrets, namespace, gone)).toBeUndefined();
    await view.admin('DELETE', `/${second}`);
  });

  test('a Secret that is there already says id and secret; a changed one changes the client’s', async () => {
    const name = uniqueName('given');
    view.putSecret(name, { client_id: name, client_secret: 'the-secret-of-somebody' });
    view.create(hydra, name, { ...machine, secretName: name });
    await view.settled(hydra, name, 'True');
    expect(await view.tokenStatus({ client_id: name, client_secret: 'the-secret-of-somebody' })).toBe(200);
    const next = { client_id: name, client_secret: 'another-secret-of-somebody' };
    installation.store.patch(secrets, namespace, name, { data: { client_secret: btoa(next.client_secret) } });
    await eventually(
      () => view.tokenStatus(next),
      (status) => status === 200,
    );
    expect(installation.store.get(secrets, namespace, name).metadata.ownerReferences).toBeUndefined();
  });

  test('a Secret that is lost is made again: the id stays, the secret is new', async () => {
    const name = uniqueName('lost');
    view.create(hydra, name, { ...machine, secretName: name });
    await view.settled(hydra, name, 'True');
    const before = view.credentialsIn(name);
    installation.store.remove(secrets, namespace, name);
    await eventually(
      () => installation.store.find(secrets, namespace, name),
      (secret) => secret !== undefined,
    );
    const after = view.credentialsIn(name);
    expect(after.client_id).toBe(before.client_id);
    await eventually(
      () => view.tokenStatus(after),
      (status) => status === 200,
    );
    expect(await view.tokenStatus(before)).toBe(401);
  });

  test('somebody else’s Secret is waited for', async () => {
    const name = uniqueName('later');
    view.create(hydra, name, { ...machine, secretName: name, requireExistingSecret: true });
    const { status } = await view.settled(hydra, name, 'False', 'SecretNotFound');
    expect(status).toMatchObject({ reconciliationError: { statusCode: 'SECRET_NOT_FOUND' } });
    expect(await view.ownedBy(`${name}/${namespace}`)).toEqual([]);
    view.putSecret(name, { CLIENT_ID: name, CLIENT_SECRET: 'the-secret-that-came-late' });
    await view.settled(hydra, name, 'True');
    expect(await view.tokenStatus({ client_id: name, client_secret: 'the-secret-that-came-late' })).toBe(200);
  });

  test('a client of somebody else is left alone', async () => {
    const name = uniqueName('taken');
    await view.admin('POST', '', { client_id: name, client_name: 'theirs', owner: 'accounting' });
    view.putSecret(name, { CLIENT_ID: name, CLIENT_SECRET: 'whoever-writes-resources' });
    view.create(hydra, name, { ...machine, secretName: name });
    const object = await view.settled(hydra, name, 'False', 'Conflict');
    expect(conditionOf(object)?.message).toContain(`make its owner "${name}/${namespace}"`);
    expect(await view.clientOf(name)).toMatchObject({ client_name: 'theirs', owner: 'accounting' });
    installation.store.remove(hydra, namespace, name);
    await view.gone(hydra, name);
    expect(await view.clientOf(name)).toMatchObject({ owner: 'accounting' });
    await view.admin('DELETE', `/${name}`);
  });

  test.each([
    ['another server', { hydraAdmin: { url: 'http://127.0.0.1:9', port: 9 } }, 'InvalidHydraAddress', /one only/],
    [
      'a lifetime that is none',
      { tokenLifespans: { implicit_grant_id_token_lifespan: 'soon' } },
      'RegistrationFailed',
      /duration/,
    ],
    ['a redirect URI that is none', { redirectUris: ['not a url'] }, 'RegistrationFailed', /./],
  ])('%s makes it unready, and its repair ready', async (_what, wrong, reason, sentence) => {
    const name = uniqueName('wrong');
    view.create(hydra, name, { ...machine, secretName: name, ...wrong });
    expect(conditionOf(await view.settled(hydra, name, 'False', reason))?.message).toMatch(sentence);
    const right = Object.fromEntries(Object.keys(wrong).map((field) => [field, null]));
    installation.store.patch(hydra, namespace, name, { spec: right });
    await view.settled(hydra, name, 'True');
  });

  test('what lies in other namespaces is nobody’s business', async () => {
    const [here, there] = [uniqueName('here'), uniqueName('there')];
    view.create(hydra, there, { ...machine, secretName: there }, 'elsewhere');
    view.create(hydra, here, { ...machine, secretName: here });
    await view.settled(hydra, here, 'True');
    expect(installation.store.get(hydra, 'elsewhere', there).metadata.finalizers).toBeUndefined();
    expect(await view.ownedBy(`${there}/elsewhere`)).toEqual([]);
  });
});

describe('cardea.dev/v1alpha1', () => {
  test('takes the client as the admin API has it, by the id it is given', async () => {
    const name = uniqueName('spa');
    view.create(own, name, {
      secretName: name,
      clientId: `${name}-id`,
      client: {
        redirect_uris: ['https://spa.example/callback'],
        token_endpoint_auth_method: 'none',
        default_max_age: 3600,
        jwt_bearer_grant_access_token_lifespan: '10m0s',
      },
    });
    const { metadata } = await view.settled(own, name, 'True');
    expect(metadata.finalizers).toEqual(['cardea.dev/oauth2client']);
    expect(await view.clientOf(`${name}-id`)).toMatchObject({
      owner: `cardea.dev/${namespace}/${name}`,
      default_max_age: 3600,
      jwt_bearer_grant_access_token_lifespan: '10m0s',
    });
    // A public client has no secret to keep, until it is none any more.
    expect(Object.keys(installation.store.get(secrets, namespace, name).data ?? {})).toEqual(['CLIENT_ID']);
    const client = { grant_types: ['client_credentials'], scope: 'photos.read', token_endpoint_auth_method: null };
    installation.store.patch(own, namespace, name, { spec: { client } });
    await eventually(
      () =>
        installation.store.get(secrets, namespace, name).data?.['CLIENT_SECRET'] === undefined
          ? 0
          : view.tokenStatus(view.credentialsIn(name)),
      (status) => status === 200,
    );
  });

  test.each([
    ['redirct_uris', 'it means nothing'],
    ['client_id', 'spec.clientId says it'],
    ['owner', 'it is the resource'],
  ])('%s must not be there', async (member, why) => {
    const name = uniqueName('typo');
    view.create(own, name, { secretName: name, client: { [member]: 'x' } });
    const object = await view.settled(own, name, 'False', 'InvalidSpec');
    expect(conditionOf(object)?.message).toBe(`spec.client must not have ${member}: ${why}`);
  });
});

describe('in trouble', () => {
  test('watches that end, versions that are forgotten and an API server that stumbles delay it, no more', async () => {
    installation.store.forget();
    installation.api.cut();
    installation.api.fail(5);
    const name = uniqueName('stumble');
    view.create(hydra, name, { ...machine, secretName: name });
    await view.settled(hydra, name, 'True');
    await eventually(
      async () => (await fetch(installation.readyUrl)).status,
      (status) => status === 200,
    );
  });

  test('an admin API that does not let it in is said, and tried again with what the file says then', async () => {
    const ready = uniqueName('ready');
    view.create(hydra, ready, { ...machine, secretName: ready });
    await view.settled(hydra, ready, 'True');
    installation.adminToken('cardea_ak_of-nobody');
    const name = uniqueName('outside');
    view.create(hydra, name, { ...machine, secretName: name });
    const object = await view.settled(hydra, name, 'False', 'Unavailable');
    expect(conditionOf(object)?.message).toContain('the role client-operator');
    // Nobody's client is unready for that.
    expect(conditionOf(installation.store.get(hydra, namespace, ready))?.status).toBe('True');
    installation.adminToken();
    await view.settled(hydra, name, 'True');
  });
});

test('two controllers at once make one client and one secret of each resource', async () => {
  installation.another();
  await eventually(installation.log, (log) => log.match(/serving health and metrics/g)?.length === 2);
  const names = Array.from({ length: 8 }, () => uniqueName('twice'));
  for (const name of names) view.create(hydra, name, { ...machine, secretName: name });
  for (const name of names) await view.settled(hydra, name, 'True');
  for (const name of names) {
    const credentials = view.credentialsIn(name);
    expect((await view.ownedBy(`${name}/${namespace}`)).map(({ client_id: id }) => id)).toEqual([
      credentials.client_id,
    ]);
    await eventually(
      () => view.tokenStatus(credentials),
      (status) => status === 200,
    );
  }
});

test('no token and no secret is in its log, and the API server was asked for nothing that the Role does not give', async () => {
  const name = uniqueName('secret');
  view.create(hydra, name, { ...machine, secretName: name });
  await view.settled(hydra, name, 'True');
  await eventually(installation.log, (log) => log.includes(name));
  for (const secret of [...installation.tokens, view.credentialsIn(name).client_secret])
    expect(installation.log()).not.toContain(secret);
  expect(new Set(installation.api.asked)).toEqual(
    new Set(
      ['get oauth2clients', 'list oauth2clients', 'watch oauth2clients', 'patch oauth2clients'].concat([
        'patch oauth2clients/status',
        'get secrets',
        'create secrets',
        'patch secrets',
      ]),
    ),
  );
});
