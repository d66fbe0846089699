// What is remembered of flows is as large as it is, and no larger: a thousand slices of Node's pool would keep eight megabytes.
import { expect, test } from '@jest/globals';
import type { FlowRow, Flows } from './flows.js';
import { recallingFlows } from './recent-flows.js';

test('what is recalled is what was read, in memory of its own', async () => {
  const row: FlowRow = {
    state: 'login_accepted',
    clientId: 'app',
    verifierKey: Buffer.from('a verifier'),
    browser: Buffer.from('a browser'),
    body: Buffer.from('a body'.repeat(100)),
  };
  expect(row.body.buffer.byteLength).toBeGreaterThan(row.body.length);
  const flows = { find: () => Promise.resolve(row) } as unknown as Flows;
  const { find, recall } = recallingFlows(flows);
  const ref = { id: Buffer.alloc(16, 1), expiresAt: 2_000_000_000 };
  await find(ref);
  const recalled = recall(ref, row.verifierKey);
  expect(recalled).toEqual(row);
  const kept = [recalled?.verifierKey, recalled?.browser, recalled?.body];
  expect(kept.map((bytes) => bytes?.buffer.byteLength)).toEqual([10, 9, 600]);
});
