// Blocks that are no commands: settings that the schema knows, values that the chart takes, excerpts of programs that run, SQL.
import { Ajv } from 'ajv';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import pg from 'pg';
import { parseAllDocuments } from 'yaml';
import { root } from '../processes.js';
import type { Block } from './blocks.js';
import { placeOf } from './blocks.js';

const read = (file: string) => readFileSync(path.join(root, file), 'utf8');
const ajv = new Ajv({ strict: false, allErrors: true });
const schemas = { config: 'deploy/cardea.schema.json', values: 'helm/cardea/values.schema.json' };
const validators = Object.fromEntries(
  Object.entries(schemas).map(([kind, file]) => [kind, ajv.compile(JSON.parse(read(file)) as object)]),
);

/** What is wrong with a block as data. @param moved of the workplace @param dsn a database whose roles may be named */
export async function mistakesInData(block: Block, dsn: string): Promise<string[]> {
  const here = placeOf(block);
  const { from } = block.orders;
  if (from !== undefined) return isExcerpt(block.text, read(from)) ? [] : [`${here}: ${from} does not say this`];
  if (block.language === 'yaml') return yamlMistakes(block).map((mistake) => `${here}: ${mistake}`);
  if (block.language === 'sql')
    return sqlMistakes(block.text, dsn).then((all) => all.map((each) => `${here}: ${each}`));
  return [];
}

/** Whether a program has these very lines, further in or not; a line `// …` skips some. */
function isExcerpt(shown: string, program: string): boolean {
  const plain = (text: string) =>
    text
      .split('\n')
      .map((line) => line.trim())
      .join('\n');
  const whole = plain(program);
  let at = 0;
  return plain(shown)
    .split(/^\/\/ …$/m)
    .every((part) => {
      const found = whole.indexOf(part.trim(), at);
      at = found + part.length;
      return found >= 0;
    });
}

function yamlMistakes({ text, orders }: Block): string[] {
  const documents = parseAllDocuments(text);
  const errors = documents.flatMap((each) => each.errors.map(({ message }) => message.split('\n')[0] ?? ''));
  const kind = Object.keys(schemas).find((name) => Object.hasOwn(orders, name));
  const validate = kind === undefined ? undefined : validators[kind];
  if (errors.length > 0 || validate === undefined) return errors;
  return documents.flatMap((each) => {
    if (validate(each.toJS())) return [];
    return (validate.errors ?? []).map(({ instancePath, message }) => `${instancePath}: ${message ?? ''}`);
  });
}

/** Run and undone. */
async function sqlMistakes(text: string, dsn: string): Promise<string[]> {
  const client = new pg.Client({ connectionString: dsn });
  await client.connect();
  try {
    await client.query('BEGIN');
    await client.query(text);
    return [];
  } catch (error) {
    return [`PostgreSQL says: ${(error as Error).message}`];
  } finally {
    await client.query('ROLLBACK');
    await client.end();
  }
}
