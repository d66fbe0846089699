// `curl` as far as pages go, for machines that have none: CI promises to need Node and npm alone.
import { writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    silent: { type: 'boolean', short: 's' },
    output: { type: 'string', short: 'o' },
    'write-out': { type: 'string', short: 'w' },
    user: { type: 'string', short: 'u' },
    data: { type: 'string', short: 'd', multiple: true },
    'data-urlencode': { type: 'string', multiple: true },
    header: { type: 'string', short: 'H', multiple: true },
    request: { type: 'string', short: 'X' },
  },
});

const headers = new Headers((values.header ?? []).map((line) => /^([^:]+):\s*(.*)$/.exec(line).slice(1)));
if (values.user !== undefined) headers.set('authorization', `Basic ${Buffer.from(values.user).toString('base64')}`);
const encoded = (values['data-urlencode'] ?? []).map((pair) => {
  const [, name, value] = /^([^=]*)=([^]*)$/.exec(pair);
  return `${name}=${encodeURIComponent(value)}`;
});
const data = [...(values.data ?? []), ...encoded];
const body = data.length === 0 ? undefined : data.join('&');
if (body !== undefined && !headers.has('content-type'))
  headers.set('content-type', 'application/x-www-form-urlencoded');
const method = values.request ?? (body === undefined ? 'GET' : 'POST');

try {
  const response = await fetch(positionals[0], { method, headers, body, redirect: 'manual' });
  const text = await response.text();
  if (values.output === undefined) process.stdout.write(text);
  else writeFileSync(values.output, text);
  const said = { http_code: String(response.status), redirect_url: response.headers.get('location') ?? '' };
  process.stdout.write((values['write-out'] ?? '').replaceAll(/%\{(\w+)\}/g, (whole, name) => said[name] ?? whole));
} catch (error) {
  if (values.silent !== true) console.error(`curl: ${error.cause?.message ?? error.message}`);
  process.exitCode = 7;
}
