// Environment variables of Hydra's pods: those that are settings go where settings are, for their names are Cardea's too.
import { configJsonSchema, environmentName } from '@cardea/service';
import { isObject } from '../documents.js';
import { translateSetting } from './config.js';
import type { Writer } from './result.js';

export function translateEnvironment(value: unknown, writer: Writer): void {
  if (!Array.isArray(value)) return writer.todo('should be a list of variables');
  for (const entry of (value as unknown[]).filter(isObject)) translateVariable(entry, writer);
}

function translateVariable({ name, value, valueFrom }: Record<string, unknown>, writer: Writer): void {
  const from = `deployment.extraEnv ${String(name)}`;
  const key = settings().get(String(name));
  const reference = isObject(valueFrom) ? valueFrom['secretKeyRef'] : undefined;
  if (key === 'secrets.system' && isObject(reference)) {
    writer.set('secrets.system', { existingSecret: reference['name'], key: reference['key'] });
  } else if (key === 'dsn' || (key !== undefined && valueFrom === undefined)) {
    translateSetting(key, value, writer, from);
  } else if (key !== undefined) {
    writer.todo(`comes from somewhere else: write what it comes to as config.${key}`, from);
  } else {
    writer.todo('is no setting: a service that needs it gets it in its own extraEnv, such as token.extraEnv', from);
  }
}

/** Settings by their names in the environment. */
function settings(): ReadonlyMap<string, string> {
  return new Map(pathsOf(configJsonSchema({ secrets: true })).map((path) => [environmentName(path), path.join('.')]));
}

function pathsOf(node: unknown, before: readonly string[] = []): (readonly string[])[] {
  const properties = isObject(node) ? node['properties'] : undefined;
  if (!isObject(properties)) return [before];
  return Object.entries(properties).flatMap(([name, inner]) => pathsOf(inner, [...before, name]));
}
