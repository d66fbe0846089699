// Fields of a spec, which the API server has checked as far as the resource's definition says, and anybody's definition may be installed.
import type { JsonObject } from '@cardea/oauth';
import { Refusal } from './wish.js';

export const isObject = (value: unknown): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** What a resource says; nothing where its definition let anything else through. */
export const specOf = ({ spec }: { readonly spec?: unknown }): JsonObject => (isObject(spec) ? spec : {});

const given = (spec: JsonObject, field: string): unknown =>
  Object.hasOwn(spec, field) ? (spec[field] ?? undefined) : undefined;

const wrong = (field: string, expected: string) => new Refusal('InvalidSpec', `spec.${field} must be ${expected}`);

/** Undefined for what is absent, null or empty. */
export function textField(spec: JsonObject, field: string): string | undefined {
  const value = given(spec, field) ?? '';
  if (typeof value !== 'string') throw wrong(field, 'a text');
  return value === '' ? undefined : value;
}

export function flagField(spec: JsonObject, field: string): boolean {
  const value = given(spec, field) ?? false;
  if (typeof value !== 'boolean') throw wrong(field, 'true or false');
  return value;
}

export function textsField(spec: JsonObject, field: string): readonly string[] {
  const value = given(spec, field) ?? [];
  if (Array.isArray(value) && value.every((entry): entry is string => typeof entry === 'string')) return value;
  throw wrong(field, 'a list of texts');
}

export function objectField(spec: JsonObject, field: string): JsonObject {
  const value = given(spec, field) ?? {};
  if (!isObject(value)) throw wrong(field, 'an object');
  return value;
}

/** The Secret of a client; every kind has one. */
export function secretNameOf(spec: JsonObject): string {
  const name = textField(spec, 'secretName');
  if (name !== undefined && name.length <= 253 && /^[a-z0-9]([-a-z0-9.]*[a-z0-9])?$/.test(name)) return name;
  throw wrong('secretName', 'the name of a Secret');
}
