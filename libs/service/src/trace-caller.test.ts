// What is believed of a caller's headers, form by form (W3C Trace Context §3.2, B3 propagation).
import { expect, test } from '@jest/globals';
import { readTraceCaller } from './trace-caller.js';

const traceId = '0af7651916cd43dd8448eb211c80319c';
const half = 'a3ce929d0e0e4736';
const spanId = 'b7ad6b7169203331';
const parent = { traceId, spanId };
const padded = { traceId: `${'0'.repeat(16)}${half}`, spanId };
const yes = { parent, sampled: true };
const no = { parent, sampled: false };
const later = { parent, sampled: undefined };

test.each<[string, Record<string, string>, unknown]>([
  ['W3C, sampled', { traceparent: `00-${traceId}-${spanId}-01` }, yes],
  ['W3C, not sampled', { traceparent: `00-${traceId}-${spanId}-00` }, no],
  ['W3C, a flag that is not ours to know', { traceparent: `00-${traceId}-${spanId}-03` }, yes],
  ['W3C, a later version', { traceparent: `01-${traceId}-${spanId}-01-more` }, yes],
  ['W3C, more than its version has', { traceparent: `00-${traceId}-${spanId}-01-more` }, undefined],
  ['W3C, no version', { traceparent: `ff-${traceId}-${spanId}-01` }, undefined],
  ['W3C, no trace', { traceparent: `00-${'0'.repeat(32)}-${spanId}-01` }, undefined],
  ['W3C, no span', { traceparent: `00-${traceId}-${'0'.repeat(16)}-01` }, undefined],
  ['B3, sampled', { b3: `${traceId}-${spanId}-1` }, yes],
  ['B3, debugged', { b3: `${traceId}-${spanId}-d-05e3ac9a4f6e3b90` }, yes],
  ['B3, not sampled', { b3: `${traceId}-${spanId}-0` }, no],
  ['B3, decides later', { b3: `${traceId}-${spanId}` }, later],
  ['B3, ids of 64 bits', { b3: `${half}-${spanId}-1` }, { parent: padded, sampled: true }],
  ['B3, only a no', { b3: '0' }, { parent: undefined, sampled: false }],
  ['B3, only a yes', { b3: '1' }, { parent: undefined, sampled: true }],
  ['B3, no trace', { b3: `${'0'.repeat(32)}-${spanId}-1` }, undefined],
  ['B3, a state there is none of', { b3: `${traceId}-${spanId}-x` }, undefined],
  ['B3 in several, sampled', { 'x-b3-traceid': traceId, 'x-b3-spanid': spanId, 'x-b3-sampled': '1' }, yes],
  ['B3 in several, as of old', { 'x-b3-traceid': traceId, 'x-b3-spanid': spanId, 'x-b3-sampled': 'true' }, yes],
  ['B3 in several, not sampled', { 'x-b3-traceid': traceId, 'x-b3-spanid': spanId, 'x-b3-sampled': '0' }, no],
  ['B3 in several, debugged', { 'x-b3-traceid': traceId, 'x-b3-spanid': spanId, 'x-b3-flags': '1' }, yes],
  ['B3 in several, decides later', { 'x-b3-traceid': half, 'x-b3-spanid': spanId }, { ...later, parent: padded }],
  ['B3 in several, only a no', { 'x-b3-sampled': '0' }, { parent: undefined, sampled: false }],
  ['B3 in several, nonsense', { 'x-b3-traceid': traceId, 'x-b3-spanid': spanId, 'x-b3-sampled': 'so' }, undefined],
  ['B3 in several, half of it', { 'x-b3-traceid': traceId }, undefined],
  ['both, which is to say W3C', { traceparent: `00-${traceId}-${spanId}-00`, b3: `${half}-${spanId}-1` }, no],
  ['a broken W3C beside a good B3', { traceparent: 'so', b3: `${traceId}-${spanId}-1` }, yes],
  ['nothing', {}, undefined],
])('%s', (_name, headers, expected) => {
  const read = readTraceCaller(headers);
  expect(
    read && {
      parent: read.parent && { traceId: read.parent.traceId, spanId: read.parent.spanId },
      sampled: read.sampled,
    },
  ).toEqual(expected);
});
