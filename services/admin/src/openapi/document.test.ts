// The OpenAPI document: sound in itself, complete for the routes there are, and made of the members that are really written.
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { clientJson, emptyClient } from '@cardea/oauth';
import { Ajv2020 } from 'ajv/dist/2020.js';
import type { StartedAdmin } from '../admin.fixture.js';
import { startAdmin } from '../admin.fixture.js';
import { clientSchemas } from './clients.js';
import { createConformance } from './conformance.fixture.js';
import { adminOperations, openApiDocument, operations, pathParameters } from './document.js';

const document = openApiDocument('1.2.3', 'oauth');
const schemas = (document['components'] as { schemas: Record<string, unknown> }).schemas;

/** Every value of a name anywhere in a tree. */
function everywhere(name: string, value: unknown): unknown[] {
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, entry]) =>
    key === name && typeof entry === 'string' ? [entry] : everywhere(name, entry),
  );
}

describe('lint', () => {
  test('operations have names of their own, a summary, and one place each', () => {
    expect(new Set(operations.map(({ id }) => id)).size).toBe(operations.length);
    expect(new Set(operations.map(({ method, path }) => `${method} ${path}`)).size).toBe(operations.length);
    for (const { id, summary, answers } of operations) {
      expect(id).toMatch(/^[a-z][A-Za-z0-9]+$/);
      expect(summary).toMatch(/^[A-Z].*[^.]$/);
      expect(Object.values(answers).every(({ description }) => description !== '')).toBe(true);
    }
  });
  test('what is referred to is there, and what is there is referred to', () => {
    const used = new Set(everywhere('$ref', document).map((text) => String(text).replace('#/components/schemas/', '')));
    for (const name of used) expect(schemas).toHaveProperty(name);
    for (const name of Object.keys(schemas)) expect(used).toContain(name);
  });
  test('schemas are JSON Schema', () => {
    const ajv = new Ajv2020({
      strict: true,
      strictTypes: false,
      allowUnionTypes: true,
      formats: { 'date-time': true },
    });
    ajv.addVocabulary(['components']);
    ajv.addSchema({ $id: 'api', components: { schemas } }, undefined, undefined, false);
    for (const name of Object.keys(schemas)) {
      expect(ajv.compile({ $ref: `api#/components/schemas/${name}` })).toBeInstanceOf(Function);
    }
  });
  test('parameters of paths are told, and needed ones exist', () => {
    const paths = document['paths'] as Record<string, Record<string, { parameters?: { name: string; in: string }[] }>>;
    for (const { method, path, query = {}, needed = [] } of operations) {
      const told = (paths[path]?.[method]?.parameters ?? []).filter((each) => each.in === 'path');
      expect(told.map(({ name }) => name)).toEqual(pathParameters(path));
      for (const name of needed) expect(query).toHaveProperty([name]);
    }
  });
});

test('the client has exactly the members that are written', () => {
  const { oAuth2Client } = clientSchemas as { oAuth2Client: { properties: object; required: string[] } };
  const said = { ...emptyClient(), createdAt: new Date(0), updatedAt: new Date(0) };
  expect([...oAuth2Client.required].sort()).toEqual(Object.keys(clientJson(emptyClient())).sort());
  const full = Object.fromEntries(
    Object.entries(said).map(([key, value]) => [
      key,
      value === '' ? 'x' : Array.isArray(value) ? ['x'] : value === false ? true : value,
    ]),
  ) as unknown as typeof said;
  const written = clientJson({ ...full, defaultMaxAgeSeconds: 1, logoutRevokesTokens: true });
  const ours = ['client_secret', 'registration_access_token', 'registration_client_uri'];
  expect(Object.keys(oAuth2Client.properties).sort()).toEqual([...Object.keys(written), ...ours].sort());
});

describe('served', () => {
  let admin: StartedAdmin;
  beforeAll(async () => {
    admin = await startAdmin({});
  });
  afterAll(() => admin.stop());

  test('as JSON, on the admin listener', async () => {
    const answer = await admin.call('GET', '/admin/openapi.json');
    expect(answer.headers.get('content-type')).toBe('application/json; charset=utf-8');
    expect(answer.json).toMatchObject({ openapi: '3.1.0', info: { title: 'Cardea' } });
    expect((answer.json as { paths: object }).paths).toEqual(document['paths']);
  });
  test.each(adminOperations.map(({ method, path }) => [method.toUpperCase(), path] as const))(
    '%s %s is a route',
    async (method, path) => {
      const body = method === 'GET' || method === 'DELETE' ? undefined : '{';
      const answer = await admin.call(method, path.replace(/\{\w+\}/g, 'x'), body);
      // Whatever it answers, it is not that there is nothing.
      expect(answer.text).not.toContain('There is nothing at this path');
      expect(answer.status).not.toBe(405);
    },
  );
});

describe('answers that are not as documented', () => {
  const check = createConformance(document);
  const answer = { method: 'GET', path: '/admin/version', status: 200, contentType: 'application/json; charset=utf-8' };
  test.each<[string, Partial<typeof answer> & { text: string }, RegExp | undefined]>([
    ['as it should be', { text: '{"version":"1"}' }, undefined],
    ['another type', { text: '{"version":1}' }, /must be string/],
    ['a member too many', { text: '{"version":"1","built":"today"}' }, /additional properties/],
    ['a member too few', { text: '{}' }, /version/],
    ['another status', { status: 201, text: '{}' }, /no such answer/],
    ['another kind', { contentType: 'text/html', text: '' }, /instead of application\/json/],
    ['an error without an id', { status: 500, text: '{"error":"x","error_description":"y"}' }, /error_id/],
    ['a body where there is none', { method: 'DELETE', path: '/admin/clients/x', status: 204, text: 'x' }, /no body/],
    ['what nobody documents', { path: '/admin/nothing', text: '{}' }, undefined],
  ])('%s', (_name, change, expected) => {
    const complaint = check({ ...answer, ...change });
    if (expected === undefined) expect(complaint).toBeUndefined();
    else expect(complaint).toMatch(expected);
  });
});
