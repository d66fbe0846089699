// The secrets of a demo: random, made once, readable by their owner only.
import { randomBytes } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import type { Home } from './home.js';

/** Files with a secret each, and the one secret the demo itself presents. */
export interface DemoSecrets {
  /** Seals and signs handles; for the token service. */
  readonly systemFile: string;
  /** Seals software keys; for the keys service. */
  readonly kekFile: string;
  readonly clientSecret: string;
}

export function openSecrets(home: Home): DemoSecrets {
  const file = (name: string, create: () => string): string => {
    const place = home.at('secrets', name);
    if (!existsSync(place)) writeFileSync(place, `${create()}\n`, { mode: 0o600 });
    return place;
  };
  const clientSecret = file('demo-client', () => randomBytes(24).toString('base64url'));
  return {
    systemFile: file('system', () => randomBytes(32).toString('base64url')),
    kekFile: file('kek', () => randomBytes(32).toString('base64')),
    clientSecret: readFileSync(clientSecret, 'utf8').trim(),
  };
}
