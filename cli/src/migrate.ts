// `cardea migrate`: the schemas of the token and the keys service, in this order, over one connection.
import type { Config } from '@cardea/service';
import { migrationStatus, required, runMigrations } from '@cardea/service';
import type { MigrationSession } from '@cardea/token';

type Out = (text: string) => void;
type Schema = Parameters<typeof runMigrations>[1];

async function onEach(
  config: Config,
  work: (session: MigrationSession, schema: Schema) => Promise<void>,
): Promise<void> {
  const dsn = required(config.dsn, 'dsn');
  const [token, keys] = await Promise.all([import('@cardea/token'), import('@cardea/keys')]);
  const session = await token.connectForMigrations(dsn);
  try {
    for (const schema of [token.migrations, keys.migrations]) await work(session, schema);
  } finally {
    await session.end();
  }
}

/** Runs what has not run yet and says what that was. */
export async function migrate(config: Config, out: Out): Promise<void> {
  let count = 0;
  await onEach(config, async (session, schema) => {
    for (const name of await runMigrations(session, schema)) {
      out(`ran ${schema.namespace}/${name}\n`);
      count++;
    }
  });
  out(count === 0 ? 'nothing to do: the schema is up to date\n' : `${String(count)} migrations ran\n`);
}

/** @throws when some have not run, so that scripts can wait for it */
export async function migrationReport(config: Config, out: Out): Promise<void> {
  let pending = 0;
  await onEach(config, async (session, schema) => {
    for (const { name, applied } of await migrationStatus(session, schema)) {
      out(`${applied ? 'applied' : 'pending'}  ${schema.namespace}/${name}\n`);
      if (!applied) pending++;
    }
  });
  if (pending > 0) throw new Error(`${String(pending)} migrations have not run: run \`cardea migrate up\``);
}
