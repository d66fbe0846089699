// Several services in one process: started in order, stopped in reverse by a signal, and none left when one cannot start.
import { expect, test } from '@jest/globals';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { configFromProcess, runAll } from './run.js';
import { freePorts, gate } from './running.fixture.js';
import type { Service, ServiceName } from './service.js';

const quiet = { LOG_LEVEL: 'fatal' };

function services(said: string[], names: readonly ServiceName[], last: () => void): Service[] {
  return names.map((name, index) => ({
    name,
    async start(_config, host) {
      said.push(`start ${name}`);
      host.onStop(() => void said.push(`stop ${name}`));
      if (index === names.length - 1) last();
    },
  }));
}

test.each(['SIGTERM', 'SIGINT'] as const)('%s stops them in reverse order', async (signal) => {
  const said: string[] = [];
  const up = gate();
  const listening = process.listenerCount(signal);
  const done = runAll(services(said, ['token', 'admin', 'gateway'], up.open), freePorts(quiet));
  await up.passed;
  // The last start has been entered; the signal counts once runAll listens for it.
  while (process.listenerCount(signal) === listening) await new Promise(setImmediate);
  process.emit(signal);
  // Once more, as a terminal and a parent together do.
  process.emit(signal);
  await done;
  expect(process.listenerCount(signal)).toBe(listening);
  expect(said).toEqual(['start token', 'start admin', 'start gateway', 'stop gateway', 'stop admin', 'stop token']);
});

test('one that cannot start takes the others down with it', async () => {
  const said: string[] = [];
  const broken = services(said, ['token', 'admin', 'gateway'], () => {
    throw new Error('no way');
  });
  await expect(runAll(broken, freePorts(quiet))).rejects.toThrow('no way');
  expect(said).toEqual(['start token', 'start admin', 'start gateway', 'stop gateway', 'stop admin', 'stop token']);
});

test('configuration files come from the command line, among other words', () => {
  const directory = mkdtempSync(path.join(tmpdir(), 'cardea-run-'));
  try {
    const file = path.join(directory, 'cardea.yaml');
    writeFileSync(file, 'ttl: {access_token: 5m}\n');
    expect(configFromProcess(['serve', 'gateway', '--config', file]).ttl.accessToken).toBe(300_000);
    expect(() => configFromProcess(['--cofnig', file])).toThrow(/cofnig/);
  } finally {
    rmSync(directory, { recursive: true });
  }
});
