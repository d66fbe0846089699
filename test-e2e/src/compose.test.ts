// deploy/compose.yaml says only what Compose and Cardea know, and its networks are the trust map (ARCHITECTURE §1).
import { describe, expect, test } from '@jest/globals';
import { compose, deployed } from './compose-file.js';

const services = Object.entries(compose.services);

describe('what it says', () => {
  test('every image that is built here is a target of the Dockerfile', () => {
    const targets = [...deployed('Dockerfile').matchAll(/^FROM base AS (\S+)$/gm)].map(([, name]) => name);
    const built = services.flatMap(([, { build }]) => (build === undefined ? [] : [build.target]));
    expect(targets).toEqual(expect.arrayContaining(built));
    // The controller serves resources of Kubernetes, which are not here.
    expect(new Set(built)).toEqual(new Set(targets.filter((target) => target !== 'controller')));
  });

  test('every name of the environment is a setting of Cardea, or one of the demo login app', () => {
    const settings = environmentNames(JSON.parse(deployed('cardea.schema.json')) as Schema);
    const names = [...settings, ...settings.map((name) => `${name}_FILE`)];
    const own = ['LOGIN_HOST', 'ADMIN_URL', 'ADMIN_KEY_FILE', 'PUBLIC_URL'];
    for (const [name, { build, environment = {} }] of services) {
      if (build === undefined) continue;
      const known = name === 'login' ? own : names;
      expect(known).toEqual(expect.arrayContaining(Object.keys(environment)));
    }
  });

  test('what is mounted exists, is what is named, and nobody has a secret without a use for it', () => {
    expect(Object.keys(compose.configs)).toEqual(['cardea']);
    expect(compose.configs['cardea']?.file).toBe('./compose/cardea.yaml');
    const script = deployed('secrets.sh');
    for (const [name, { file }] of Object.entries(compose.secrets)) {
      expect(file).toBe(`./secrets/${name}`);
      const [, of] = /^(\w+)\.(?:pem|key)$/.exec(name) ?? [];
      expect(script).toContain(of === undefined || of === 'ca' ? name : of);
    }
    for (const [, { secrets = [], environment, command }] of services) {
      const said = JSON.stringify([environment, command]);
      expect([...said.matchAll(/\/run\/secrets\/([\w.-]+)/g)].map(([, name]) => name)).toEqual(
        expect.arrayContaining([...secrets]),
      );
      expect(Object.keys(compose.secrets)).toEqual(expect.arrayContaining([...secrets]));
    }
  });

  test('depends on what there is, and waits for health only where it is looked at', () => {
    for (const [, { depends_on = {} }] of services) {
      for (const [name, { condition }] of Object.entries(depends_on)) {
        expect(compose.services).toHaveProperty(name);
        if (condition === 'service_healthy') expect(compose.services[name]?.healthcheck).toBeDefined();
      }
    }
  });
});

describe('who can reach whom', () => {
  const holders = (network: string) =>
    services.filter(([, { networks }]) => networks.includes(network)).map(([name]) => name);

  test('each network between two is those two, and leads nowhere else', () => {
    const tools = ['migrate', 'bootstrap'];
    for (const [network, { internal }] of Object.entries(compose.networks)) {
      const [one = '', other = ''] = network.split('-');
      if (internal !== true) continue;
      const expected = [one, other].flatMap((name) => (name === 'tools' ? tools : [name]));
      expect(holders(network).sort()).toEqual(expected.sort());
    }
  });

  // ARCHITECTURE §1, and nothing beside it.
  test('the pairs are those of the trust map', () => {
    const internal = Object.entries(compose.networks).flatMap(([name, { internal }]) =>
      internal === true ? [name] : [],
    );
    expect(new Set(internal)).toEqual(
      new Set([
        ...['gateway-token', 'admin-token', 'worker-token', 'token-keys', 'admin-keys', 'login-admin'],
        ...['token-postgres', 'worker-postgres', 'keys-postgres', 'tools-postgres'],
        ...['token-cache', 'token-queue', 'worker-queue'],
      ]),
    );
    expect(holders('edge')).toEqual(['gateway']);
    expect(holders('operators')).toEqual(['admin']);
    expect(holders('login-edge')).toEqual(['login']);
    expect(holders('outbound').sort()).toEqual(['token', 'worker']);
    expect(compose.services['keys']?.networks).toEqual(['token-keys', 'admin-keys', 'keys-postgres']);
  });

  test('ports are published to this machine, by those that face people only', () => {
    const published = services.flatMap(([name, { ports = [] }]) => (ports.length > 0 ? [name] : []));
    expect(published).toEqual(['gateway', 'admin', 'login']);
  });
});

interface Schema {
  readonly properties?: Readonly<Record<string, Schema>>;
}

/** Names that the environment may use, and those of files with a secret. */
function environmentNames({ properties }: Schema, before: readonly string[] = []): string[] {
  return Object.entries(properties ?? {}).flatMap(([key, inner]) => {
    const here = [...before, key];
    return inner.properties === undefined ? [here.join('_').toUpperCase()] : environmentNames(inner, here);
  });
}
