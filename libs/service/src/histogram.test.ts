// A histogram is told as prom-client would tell it, to the byte.
import { expect, test } from '@jest/globals';
import { Histogram, Registry } from 'prom-client';
import { createMetrics } from './metrics.js';

const bounds = [0.001, 0.5, 10];
const values = [0, 0.001, 0.0011, 0.5, 3, 10, 11, 1e9];

test('what prom-client says of the same observations is what we say', async () => {
  const ours = createMetrics('gateway');
  const registry = new Registry();
  registry.setDefaultLabels({ service: 'gateway' });
  const settings = { name: 'took_seconds', help: 'How long "it" took.', registers: [registry] };
  const theirs = new Histogram({ ...settings, buckets: [...bounds], labelNames: ['code', 'method'] });
  const histogram = ours.histogram('took_seconds', settings.help, bounds, ['code', 'method']);
  for (const labels of [
    { code: '200', method: 'GET' },
    { code: '400', method: 'a "b"\\' },
  ]) {
    for (const value of values) {
      histogram.labels(labels).observe(value);
      theirs.labels(labels).observe(value);
    }
  }
  const lines = (text: string) => text.split('\n').filter((line) => line.includes('took_seconds'));
  const said = lines(await ours.text());
  expect(said).toHaveLength(2 + 2 * (bounds.length + 3));
  expect(said).toEqual(lines(await registry.metrics()));
});

test('the same labels are the same series, in whatever order they are named', async () => {
  const metrics = createMetrics('gateway');
  const histogram = metrics.histogram('took_seconds', 'Took.', bounds, ['code', 'method']);
  histogram.labels({ code: '200', method: 'GET' }).observe(1);
  histogram.labels({ method: 'GET', code: '200' }).observe(1);
  const counts = (await metrics.text()).split('\n').filter((line) => line.startsWith('took_seconds_count'));
  expect(counts).toEqual(['took_seconds_count{service="gateway",code="200",method="GET"} 2']);
});
