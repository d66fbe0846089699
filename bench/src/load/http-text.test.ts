// Requests as bytes and answers cut from a stream, sized and chunked, in pieces of any length.
import { expect, test } from '@jest/globals';
import { encodeRequest, headersOf, takeAnswer } from './http-text.js';

const sized = 'HTTP/1.1 200 OK\r\nContent-Length: 5\r\nSet-Cookie: a=1; Path=/\r\nset-cookie: b=2\r\n\r\nhello';
const chunked = 'HTTP/1.1 302 Found\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\nA\r\n0123456789\r\n0\r\n\r\n';

test.each([
  ['sized', sized, 200, 'hello'],
  ['chunked', chunked, 302, 'abc0123456789'],
  ['without a body', 'HTTP/1.1 204 No Content\r\nX: y\r\n\r\n', 204, ''],
  ['not modified', 'HTTP/1.1 304 Not Modified\r\nContent-Length: 99\r\n\r\n', 304, ''],
])('an answer that is %s is read at its last byte and not before', (_name, text, status, body) => {
  const bytes = Buffer.from(text);
  for (let length = 0; length < bytes.length; length++) expect(takeAnswer(bytes.subarray(0, length))).toBeUndefined();
  const taken = takeAnswer(Buffer.concat([bytes, Buffer.from('HTTP/1.1 2')]));
  expect(taken?.answer.status).toBe(status);
  expect(taken?.answer.body.toString()).toBe(body);
  expect(taken?.rest.toString()).toBe('HTTP/1.1 2');
});

test('a header is found in all its lines, whatever its case', () => {
  const { answer } = takeAnswer(Buffer.from(sized))!;
  expect(headersOf(answer, 'Set-Cookie')).toEqual(['a=1; Path=/', 'b=2']);
  expect(headersOf(answer, 'Location')).toEqual([]);
});

test.each([
  'SMTP ready\r\n\r\n',
  'HTTP/1.1 200 OK\r\n\r\n',
  'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n',
])('%j is no answer', (text) => expect(() => takeAnswer(Buffer.from(text))).toThrow());

test('a request says how long its body is', () => {
  expect(encodeRequest('POST', '/t', 'h:1', { A: 'b' }, 'é').toString()).toBe(
    'POST /t HTTP/1.1\r\nHost: h:1\r\nA: b\r\nContent-Length: 2\r\n\r\né',
  );
  expect(encodeRequest('GET', '/t', 'h:1').toString()).toBe('GET /t HTTP/1.1\r\nHost: h:1\r\n\r\n');
});
