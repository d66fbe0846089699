// Documents: kept through an outage, changed at once, never half.
import { describe, expect, test } from '@jest/globals';
import { createDocument } from './documents.js';

test('serves the last good bytes, tells of an outage once, and changes the tag with the bytes', async () => {
  let answer: () => Promise<Buffer> = () => Promise.reject(new Error('away'));
  const failures: unknown[] = [];
  const document = createDocument({
    fetch: () => answer(),
    intervalMillis: 60_000,
    failed: (error) => failures.push(error),
  });
  await document.refresh();
  expect(() => document.current()).toThrow(expect.objectContaining({ code: 'temporarily_unavailable', status: 503 }));
  expect(document.fetched()).toBe(false);

  answer = () => Promise.resolve(Buffer.from('one'));
  await document.refresh();
  const one = document.current();
  expect(one.body.toString()).toBe('one');
  expect(one.etag).toMatch(/^"[\w-]{43}"$/);

  answer = () => Promise.reject(new Error('away'));
  await document.refresh();
  await document.refresh();
  expect(document.current()).toBe(one);
  // The first round and `refresh` before anything was there are one outage; the second is another.
  expect(failures).toHaveLength(2);

  answer = () => Promise.resolve(Buffer.from('two'));
  await document.refresh();
  expect(document.current().etag).not.toBe(one.etag);
  document.stop();
});

describe('the loop', () => {
  test('fetches by itself, soon while there is nothing', async () => {
    let calls = 0;
    const document = createDocument({
      fetch: () => (++calls < 3 ? Promise.reject(new Error('away')) : Promise.resolve(Buffer.from('there'))),
      intervalMillis: 100,
      failed: () => undefined,
    });
    await new Promise((resolve) => setTimeout(resolve, 200));
    expect(document.current().body.toString()).toBe('there');
    document.stop();
    const seen = calls;
    await new Promise((resolve) => setTimeout(resolve, 150));
    expect(calls).toBe(seen);
  });
});
