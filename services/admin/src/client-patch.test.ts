// JSON Patch on client JSON: what changes, and what is refused without changing anything.
import { describe, expect, test } from '@jest/globals';
import { patched } from './client-patch.js';

const document = {
  client_id: 'id',
  client_name: 'Name',
  redirect_uris: ['a', 'b'],
  metadata: { a: { b: 1 } },
  jwks_uri: '',
};

test.each<[string, unknown[], Record<string, unknown>]>([
  ['nothing', [], document],
  ['replace', [{ op: 'replace', path: '/client_name', value: 'New' }], { ...document, client_name: 'New' }],
  ['replace of what is not there', [{ op: 'replace', path: '/owner', value: 'me' }], { ...document, owner: 'me' }],
  ['append', [{ op: 'add', path: '/redirect_uris/-', value: 'c' }], { ...document, redirect_uris: ['a', 'b', 'c'] }],
  [
    'replace in a list',
    [{ op: 'replace', path: '/redirect_uris/0', value: 'c' }],
    { ...document, redirect_uris: ['c', 'b'] },
  ],
  ['remove', [{ op: 'remove', path: '/redirect_uris/0' }], { ...document, redirect_uris: ['b'] }],
  ['nested', [{ op: 'add', path: '/metadata/a/c', value: [1] }], { ...document, metadata: { a: { b: 1, c: [1] } } }],
  ['a secret', [{ op: 'add', path: '/client_secret', value: 's' }], { ...document, client_secret: 's' }],
  [
    'several in order',
    [
      { op: 'add', path: '/x', value: 1 },
      { op: 'replace', path: '/x', value: 2 },
      { op: 'remove', path: '/metadata' },
    ],
    { client_id: 'id', client_name: 'Name', redirect_uris: ['a', 'b'], jwks_uri: '', x: 2 },
  ],
])('%s', (_name, patch, expected) => {
  const before = structuredClone(document);
  expect(patched(document, patch)).toEqual(expected);
  expect(document).toEqual(before);
});

describe('A31: refuses', () => {
  test.each<[string, unknown]>([
    ['an object', {}],
    ['a text', 'x'],
    ['an entry that is no object', [1]],
    ['test', [{ op: 'test', path: '/client_name', value: 'Name' }]],
    ['move', [{ op: 'move', from: '/client_name', path: '/owner' }]],
    ['copy', [{ op: 'copy', from: '/client_name', path: '/owner' }]],
    ['no op', [{ path: '/client_name', value: 1 }]],
    ['no path', [{ op: 'add', value: 1 }]],
    ['the whole document', [{ op: 'replace', path: '', value: {} }]],
    ['a path without slash', [{ op: 'add', path: 'client_name', value: 1 }]],
    ['no value', [{ op: 'add', path: '/client_name' }]],
    ['the id', [{ op: 'replace', path: '/client_id', value: 'other' }]],
    ['the old id', [{ op: 'add', path: '/id', value: 'other' }]],
    ['the hash', [{ op: 'add', path: '/client_secret_hash', value: 'x' }]],
    ['the network', [{ op: 'add', path: '/nid', value: 'x' }]],
    ['below the id', [{ op: 'add', path: '/client_id/x', value: 'x' }]],
    ['a prototype', [{ op: 'add', path: '/__proto__/x', value: 1 }]],
    ['a prototype below', [{ op: 'add', path: '/metadata/__proto__/x', value: 1 }]],
    ['a constructor', [{ op: 'add', path: '/metadata/constructor/prototype/x', value: 1 }]],
    ['a member that is not there', [{ op: 'remove', path: '/nothing/there' }]],
    ['a parent that is not there', [{ op: 'add', path: '/nothing/there', value: 1 }]],
    ['replace below nothing', [{ op: 'replace', path: '/nothing/there', value: 1 }]],
    ['an index beyond the end', [{ op: 'add', path: '/redirect_uris/9', value: 'x' }]],
    ['10,000 operations', Array.from({ length: 10_000 }, () => ({ op: 'remove', path: '/client_name' }))],
    ['10,000 tests', Array.from({ length: 10_000 }, () => ({ op: 'test', path: '/client_name', value: 'Name' }))],
    ['10,000 moves', Array.from({ length: 10_000 }, () => ({ op: 'move', from: '/client_name', path: '/owner' }))],
    ['10,000 copies', Array.from({ length: 10_000 }, () => ({ op: 'copy', from: '/metadata', path: '/metadata/a' }))],
    [
      'a good one before a bad one',
      [
        { op: 'add', path: '/owner', value: 'x' },
        { op: 'remove', path: '/no' },
      ],
    ],
  ])('%s', (_name, patch) => {
    const before = structuredClone(document);
    expect(() => patched(document, patch)).toThrow(expect.objectContaining({ code: 'invalid_request', status: 400 }));
    expect(document).toEqual(before);
    expect(({} as { x?: unknown }).x).toBeUndefined();
  });
});

test.each([
  ['of slashes', '/'.repeat(50_000)],
  ['of tildes that escape nothing', `/${'~'.repeat(50_000)}`],
  ['of escapes', `/${'~1'.repeat(25_000)}`],
  ['into a list by many digits', `/redirect_uris/${'9'.repeat(50_000)}`],
])('H04: a path of 50 KB %s is refused and changes nothing', (_name, path) => {
  const before = structuredClone(document);
  expect(() => patched(document, [{ op: 'remove', path }])).toThrow();
  expect(document).toEqual(before);
});
