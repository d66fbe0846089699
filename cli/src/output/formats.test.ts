// Every output format on the same few things, and parts of JSON by path and by pointer.
import { describe, expect, test } from '@jest/globals';
import { parse } from 'yaml';
import { rendererFor } from './formats.js';
import { selectByPath, selectByPointer } from './select.js';
import { showList, showOne } from './shown.js';

interface Thing {
  readonly id: string;
  readonly names: readonly string[];
}

const columns = [
  { title: 'ID', of: ({ id }: Thing) => id },
  { title: 'NAMES', of: ({ names }: Thing) => names.join(', ') },
];
const things: Thing[] = [
  { id: 'a', names: ['x', 'y'] },
  { id: 'longer', names: [] },
];
const list = showList(things, columns, ({ id }) => id);
const one = showOne(things[0]!, columns, ({ id }) => id);
const render = (format: string, quiet = false) => rendererFor({ format, quiet });

test('tables: several across, one down', () => {
  expect(render('table')(list)).toBe('ID      NAMES\na       x, y\nlonger\n');
  expect(render('default')(one)).toBe('ID     a\nNAMES  x, y\n');
});

test('what others wrote cannot steer the terminal', () => {
  const evil = showOne({ id: 'a\u001b[2Jb\nc', names: [] }, columns, ({ id }) => id);
  expect(render('table')(evil)).toBe('ID     a [2Jb c\nNAMES\n');
});

test('JSON, indented JSON, YAML', () => {
  expect(render('json')(one)).toBe('{"id":"a","names":["x","y"]}\n');
  expect(render('json-pretty')(one)).toContain('\n  "id": "a",\n');
  expect(parse(render('yaml')(list))).toEqual(things);
});

test('ids', () => {
  expect(render('table', true)(list)).toBe('a\nlonger\n');
  expect(render('json', true)(one)).toBe('a\n');
});

test('parts: as JSON, and bare for scripts', () => {
  expect(render('jsonpath=names.1')(one)).toBe('"y"\n');
  expect(render('jsonpath=names.1', true)(one)).toBe('y\n');
  expect(render('jsonpath=names', true)(one)).toBe('["x","y"]\n');
  expect(render('jsonpath=nothing')(one)).toBe('null\n');
  expect(render('jsonpointer=/names/0')(one)).toBe('"x"\n');
});

describe('paths', () => {
  const value = { items: [{ id: 1, 'a.b': 'dot' }, { id: 2 }], empty: {}, a: { b: [[10, 11]] } };
  test.each([
    ['items.#.id', [1, 2]],
    ['items.#', 2],
    ['items[*].id', [1, 2]],
    ['$.items[1].id', 2],
    ['$', value],
    ['a.b.0.1', 11],
    ['a.b[0][1]', 11],
    ["items.0['a.b']", 'dot'],
    ['items.0.a\\.b', 'dot'],
    ['items.#.a\\.b', ['dot']],
    ['items.-1', null],
    ['empty.toString', null],
    ['items.length', null],
  ])('%s', (path, expected) => expect(selectByPath(value, path)).toEqual(expected));

  test('what is no path', () => expect(() => selectByPath(value, 'a[')).toThrow(/is no path/));
});

describe('pointers (RFC 6901 §5)', () => {
  const value = { foo: ['bar', 'baz'], '': 0, 'a/b': 1, 'm~n': 8, '~1': 9 };
  test.each([
    ['', value],
    ['/foo/0', 'bar'],
    ['/', 0],
    ['/a~1b', 1],
    ['/m~0n', 8],
    ['/~01', 9],
  ])('%j', (pointer, expected) => expect(selectByPointer(value, pointer)).toEqual(expected));

  test('what is no pointer, and one that leads nowhere', () => {
    expect(() => selectByPointer(value, 'foo')).toThrow(/begins with a slash/);
    expect(() => selectByPointer(value, '/foo/2')).toThrow(/nothing stands at \/foo\/2/);
  });
});

test.each(['', 'xml', 'json=', 'jsonpath', 'toString', 'jsonpointer'])('no format %j', (format) => {
  expect(() => render(format)).toThrow(/there is no format/);
});
