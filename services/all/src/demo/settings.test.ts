// The generated settings: the product reads them, and nobody is told what is not theirs.
import { describe, expect, test } from '@jest/globals';
import { loadConfig } from '@cardea/service';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { environmentFor, readGiven } from './given.js';
import { claimHome } from './home.js';
import { portTable } from './ports.js';
import { openSecrets } from './secrets.js';
import { keysSecrets, replicaSettings, sharedSettings, toYaml, tokenSecrets, writeSettings } from './settings.js';

function inScratch(work: (directory: string) => void): void {
  const directory = mkdtempSync(path.join(os.tmpdir(), 'cardea-settings-'));
  try {
    work(directory);
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

describe('settings', () => {
  test('are configuration as the services read it', () => {
    inScratch((directory) => {
      const home = claimHome(directory, false);
      const secrets = openSecrets(home);
      const hsm = { library: '/l.so', pin: '"0: #', tokenLabel: 'cardea', environment: {}, utility: '/u' };
      const files = [
        writeSettings(home, 'shared', 'Shared.', sharedSettings(portTable(20_000), 'unix:/k.sock', true)),
        writeSettings(home, 'token', 'Token.', tokenSecrets({ dsn: 'postgres://d', redis: 'redis://r', ...secrets })),
        writeSettings(home, 'keys', 'Keys.', keysSecrets({ hsm, ...secrets })),
        writeSettings(home, 'token-2', 'Second.', replicaSettings(portTable(20_000))),
      ];
      const config = loadConfig({ files });
      expect(config.urls.self.issuer).toBe('http://127.0.0.1:20000');
      expect(config.serve.keys.address).toBe('unix:/k.sock');
      expect(config.serve.token.address).toBe('127.0.0.1:20004');
      expect(config.peers.token.addresses).toEqual(['127.0.0.1:20002', '127.0.0.1:20004']);
      expect([config.dsn, config.redis.url]).toEqual(['postgres://d', 'redis://r']);
      expect(config.secrets.system[0]).toHaveLength(43);
      expect(Buffer.from(config.keys.kek[0] ?? '', 'base64')).toHaveLength(32);
      expect(config.hsm).toMatchObject({ enabled: true, library: '/l.so', pin: '"0: #', tokenLabel: 'cardea' });
      home.release();
    });
  });

  test('what is not set is not written', () => {
    expect(toYaml({ a: undefined, b: { c: undefined }, d: { e: 1, f: ['x', 'y'] } })).toBe(
      'd:\n  e: 1\n  f: ["x","y"]\n',
    );
    expect(toYaml(tokenSecrets({}))).toBe('');
  });

  test('secrets are made once and are their owner’s alone', () => {
    inScratch((directory) => {
      const home = claimHome(directory, false);
      const first = openSecrets(home);
      const system = readFileSync(first.systemFile, 'utf8');
      expect(openSecrets(home)).toEqual(first);
      expect(readFileSync(first.systemFile, 'utf8')).toBe(system);
      for (const file of [first.systemFile, first.kekFile]) expect(statSync(file).mode & 0o077).toBe(0);
      home.release();
    });
  });
});

describe('the environment', () => {
  const env = { PATH: '/bin', DSN: 'd', REDIS_URL: 'r', SECRETS_SYSTEM_FILE: 's', KEYS_KEK: 'k', HSM_PIN: 'p' };

  test.each([
    ['gateway', ['PATH']],
    ['admin', ['PATH']],
    ['app', ['PATH']],
    ['token', ['PATH', 'DSN', 'REDIS_URL', 'SECRETS_SYSTEM_FILE']],
    ['worker', ['PATH', 'DSN', 'REDIS_URL', 'SECRETS_SYSTEM_FILE']],
    ['keys', ['PATH', 'DSN', 'KEYS_KEK', 'HSM_PIN']],
  ])('of %s holds no secret of others', (kind, names) => {
    expect(Object.keys(environmentFor(kind, env))).toEqual(names);
  });

  test('says which parts are given', () => {
    const given = readGiven([], { DSN: 'postgres://x', REDIS_URL: 'redis://y', HSM_ENABLED: 'true' }, () => undefined);
    expect(given).toEqual({
      dsn: 'postgres://x',
      redisUrl: 'redis://y',
      hsm: 'token',
      systemSecret: false,
      kek: false,
    });
    expect(readGiven([], { HSM_ENABLED: 'false' }, () => undefined).hsm).toBe('none');
    expect(readGiven([], {}, () => undefined).hsm).toBeUndefined();
  });
});

describe('the state directory', () => {
  test('is one demo’s at a time', () => {
    inScratch((directory) => {
      const home = claimHome(directory, false);
      expect(() => claimHome(directory, false)).toThrow(/runs a demo with .* CARDEA_HOME/);
      home.release();
      claimHome(directory, false).release();
    });
  });

  test('a reset takes what demos left and nothing else', () => {
    inScratch((directory) => {
      const home = claimHome(directory, false);
      const { systemFile } = openSecrets(home);
      const before = readFileSync(systemFile, 'utf8');
      home.release();
      mkdirSync(path.join(directory, 'photos'));
      writeFileSync(path.join(directory, 'photos/cat'), 'cat');
      const again = claimHome(directory, true);
      expect(readFileSync(openSecrets(again).systemFile, 'utf8')).not.toBe(before);
      expect(readFileSync(path.join(directory, 'photos/cat'), 'utf8')).toBe('cat');
      again.release();
    });
  });
});
