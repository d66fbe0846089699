// What the operator brings: PostgreSQL, Redis, a PKCS#11 token, secrets, in the environment or in files that go on top.
import { loadConfig } from '@cardea/service';

/** Which parts need not be started. */
export interface Given {
  readonly dsn: string | undefined;
  readonly redisUrl: string | undefined;
  /** `token` is theirs, `none` forbids one, undefined leaves the choice to us. */
  readonly hsm: 'token' | 'none' | undefined;
  readonly systemSecret: boolean;
  readonly kek: boolean;
}

type Environment = Readonly<Record<string, string | undefined>>;

/** @throws {ConfigError} naming file, line and setting */
export function readGiven(files: readonly string[], env: Environment, warn: (message: string) => void): Given {
  const config = loadConfig({ files, env, warn });
  return {
    dsn: config.dsn,
    redisUrl: config.redis.url,
    hsm: config.hsm.enabled ? 'token' : env['HSM_ENABLED'] === 'false' ? 'none' : undefined,
    systemSecret: config.secrets.system.length > 0,
    kek: config.keys.kek.length > 0,
  };
}

/** Settings with secrets, by the environment name they begin with, and the processes that own them. */
const owners: readonly (readonly [name: RegExp, owners: readonly string[]])[] = [
  [/^(DSN|DATABASE_LISTEN_DSN)(_FILE)?$/, ['token', 'worker', 'keys']],
  [/^(REDIS_URL|SECRETS_SYSTEM)(_FILE)?$/, ['token', 'worker']],
  [/^(URLS_IDENTITY_PROVIDER_HEADERS|EVENTS_WEBHOOK_SECRET)(_FILE)?$/, ['worker']],
  [/^EVENTS_PSEUDONYM_KEY(_FILE)?$/, ['token']],
  [/^(KEYS_KEK|HSM_|SOFTHSM2_)/, ['keys']],
];

/** The environment of a process, without the secrets of others. @param kind such as `token`, or `app` for what is no service */
export function environmentFor(kind: string, env: Environment): NodeJS.ProcessEnv {
  return Object.fromEntries(
    Object.entries(env).filter(([name]) => owners.every(([pattern, own]) => !pattern.test(name) || own.includes(kind))),
  );
}
