// The cluster's names: A records of services, headless ones by their ready pods, straight from the API server (Kubernetes' DNS
// specification §2.3; RFC 1035 §4).
import dgram from 'node:dgram';
import type { KubeApi } from './api.js';
import { nodeAddress } from './plan.js';

interface Service {
  readonly spec: { readonly clusterIP: string };
}

interface Endpoints {
  readonly subsets?: readonly { readonly addresses?: readonly { readonly ip: string }[] }[];
}

const ttlSeconds = 2;
const noSuchName = 3;
const failed = 2;

/** Listens on port 53 of the node's address until it is told to stop. */
export async function startDns(api: KubeApi): Promise<{ stop(): void }> {
  const socket = dgram.createSocket('udp4');
  socket.on('message', (query, { address, port }) => {
    void answerTo(api, query).then((answer) => {
      // A pod that asked may be gone.
      socket.send(answer, port, address, () => undefined);
    });
  });
  await new Promise<void>((resolve, reject) => {
    socket.once('error', reject).bind(53, nodeAddress, resolve);
  });
  return { stop: () => socket.close() };
}

async function answerTo(api: KubeApi, query: Buffer): Promise<Buffer> {
  const { name, type, end } = questionOf(query);
  const header = Buffer.from(query.subarray(0, 12));
  let addresses: readonly string[] | undefined;
  let code = 0;
  try {
    addresses = await addressesOf(api, name);
    if (addresses === undefined) code = noSuchName;
  } catch {
    code = failed;
  }
  const answers = type === 1 ? (addresses ?? []) : [];
  // A response, authoritative, with the asker's wish for recursion as it was.
  header.writeUInt16BE(0x8400 | (header.readUInt16BE(2) & 0x0100) | code, 2);
  for (const [index, count] of [1, answers.length, 0, 0].entries()) header.writeUInt16BE(count, 4 + index * 2);
  return Buffer.concat([header, query.subarray(12, end), ...answers.map(record)]);
}

/** Named by a pointer to the question. */
function record(address: string): Buffer {
  const head = Buffer.from([0xc0, 12, 0, 1, 0, 1, 0, 0, 0, ttlSeconds, 0, 4]);
  return Buffer.concat([head, Buffer.from(address.split('.').map(Number))]);
}

function questionOf(query: Buffer): { readonly name: string; readonly type: number; readonly end: number } {
  const labels: string[] = [];
  let at = 12;
  for (let size = query[at] ?? 0; size > 0; size = query[at] ?? 0) {
    labels.push(query.toString('latin1', at + 1, at + 1 + size));
    at += 1 + size;
  }
  return { name: labels.join('.').toLowerCase(), type: query.readUInt16BE(at + 1), end: at + 5 };
}

/** @returns undefined where there is no such name */
async function addressesOf(api: KubeApi, name: string): Promise<readonly string[] | undefined> {
  const [, service, namespace] = /^([^.]+)\.([^.]+)\.svc\.cluster\.local$/.exec(name) ?? [];
  if (service === undefined || namespace === undefined) return undefined;
  const { status, text } = await api.raw('GET', `/api/v1/namespaces/${namespace}/services/${service}`);
  if (status === 404) return undefined;
  const { spec } = JSON.parse(text) as Service;
  if (spec.clusterIP !== 'None') return [spec.clusterIP];
  const { subsets = [] } = await api.call<Endpoints>('GET', `/api/v1/namespaces/${namespace}/endpoints/${service}`);
  return subsets.flatMap(({ addresses = [] }) => addresses.map(({ ip }) => ip));
}
