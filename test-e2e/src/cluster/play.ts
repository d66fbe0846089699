// What operators do to a release, in their order, and what must hold at each step (issue 9, "Proof", L2).
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Addresses } from '../compose-login.js';
import { logInByBrowser } from './browser.js';
import { areGone, clientsOf, deleteUnkept, keepClients } from './client-resources.js';
import { tryEdges } from './edges.js';
import type { Helm } from './helm.js';
import { createHelm } from './helm.js';
import { introspectAs } from './introspection.js';
import { keepsItsData } from './keeping.js';
import type { Lane } from './load.js';
import { openLanes } from './load.js';
import type { Node } from './node.js';
import { omittedKinds } from './omitted.js';
import type { Report, Steps } from './outcome.js';
import type { Plan } from './plan.js';
import { namespace, nodePorts, release } from './plan.js';
import { endPod, neighbours, readyPods, restartsOf, services, untilReady } from './pods.js';
import { enforcePolicies, releasePolicies } from './policies.js';
import { scaleThere, scaled } from './scaling.js';
import { expectSame, secretsOf } from './secrets.js';
import { adminUrl, issuer, loginUrl, makeSurroundings, operatorToken, valuesOf } from './surroundings.js';
import type { Clients } from './under-load.js';
import { underLoad } from './under-load.js';

const laneCount = 6;
const after = 'after';

/** @throws at the first thing that does not hold */
export async function play(plan: Plan, node: Node, { step }: Steps): Promise<void> {
  const { api } = node;
  const values = path.join(plan.directory, 'values.json');
  writeFileSync(values, JSON.stringify(valuesOf(plan)));
  const helm = createHelm(plan.helm, plan, node, values);
  const other = createHelm(plan.otherHelm, plan, node, values);

  await step('helm install', async (found) => {
    await makeSurroundings(plan, api);
    await helm.apply('install');
    const pods = await readyPods(api);
    found(`${String(pods.length)} pods ready, ${String(restartsOf(pods))} restarts`);
    for (const service of services) await untilReady(api, service, 2);
    found(`left out by the chart for this old API: ${await omittedKinds(helm, plan.helm.file, values)}`);
  });
  await step('helm test', (found) => passHelmTest(node, helm, found));
  const operatorKey = await operatorToken(api);
  const addresses: Addresses = { issuer, admin: adminUrl, login: loginUrl, operatorKey };
  const lanes = await step('login without scripts', async (found) => {
    const opened = await openLanes(addresses, laneCount);
    if (opened.some(({ refreshToken }) => refreshToken === '')) throw new Error('no refresh token came');
    found(`${String(opened.length)} people, by the login app's forms`);
    return opened;
  });
  await step('gRPC introspection', (found) => introspection(node, lanes, found));
  await step('login by a browser from outside', async (found) => {
    const claims = await logInByBrowser(plan.chromium, addresses);
    if (claims['iss'] !== issuer || claims['sub'] !== 'ada')
      throw new Error(`the ID token says ${JSON.stringify(claims)}`);
    found(`Chromium, PKCE, by port ${String(nodePorts.gateway)} of the node; an ID token for ada`);
  });
  await step('clients as resources', (found) => keepClients(api, addresses, found));
  const clients = { addresses, lanes };
  const before = await secretsOf(api);
  await step('helm upgrade that changes nothing', async (found) => {
    const pods = await readyPods(api);
    await underLoad(clients, found, () => helm.apply('upgrade'));
    found(`${String(expectSame(before, await secretsOf(api)))} values of secrets the same`);
    const now = new Set((await readyPods(api)).map(({ metadata }) => metadata.uid));
    if (!pods.every(({ metadata }) => now.has(metadata.uid))) throw new Error('pods were replaced for nothing');
    found('no pod replaced');
  });
  await step('helm upgrade to other images', async (found) => {
    await tagImages(plan, node);
    await underLoad(clients, found, () => replaced(node, () => helm.apply('upgrade', `image.tag=${after}`)));
    found(
      `every pod of a service replaced, ${String(expectSame(before, await secretsOf(api)))} values of secrets the same`,
    );
  });
  await step('helm rollback', (found) =>
    underLoad(clients, found, () =>
      replaced(node, async () => void (await helm.run('rollback', release, '2', '--wait', '--timeout', '15m'))),
    ),
  );
  for (const how of ['evict', 'force'] as const) {
    await step(
      how === 'evict' ? 'a pod of each service told to end' : 'a pod of each service deleted by force',
      (found) => underLoad(clients, found, () => endOnePodEach(node, how)),
    );
  }
  for (const service of scaled) {
    await step(`${service} scaled 1, 3, 1`, (found) => scaleThere({ plan, node, clients, found }, service));
  }
  await step('network policies', (found) => policies(node, clients, found));
  const resources = await clientsOf(api);
  await step(`helm uninstall, helm ${other.version} install`, (found) =>
    keepsItsData({ node, helm, other, clients, before, found, meanwhile: () => deleteUnkept(api) }),
  );
  await step('clients as resources, deleted meanwhile', (found) => areGone(api, addresses, found, resources));
  for (const [its, replicas] of [
    [other, 3],
    [helm, 2],
  ] as const) {
    await step(`helm ${its.version} upgrade to ${String(replicas)} pods of token`, async (found) => {
      await underLoad(clients, found, async () => {
        await its.apply('upgrade', `token.replicas=${String(replicas)}`);
        await untilReady(api, 'token', replicas);
      });
      found(`${String(expectSame(before, await secretsOf(api)))} values of secrets the same`);
    });
  }
}

/** helm takes the pod away when it is done: what it says is read while it runs. */
async function passHelmTest({ api }: Node, helm: Helm, found: Report): Promise<void> {
  let said = '';
  const passed = helm.run('test', release, '--timeout', '10m').then(() => true);
  for (let over = false; !over;) {
    const { status, text } = await api.raw('GET', `/api/v1/namespaces/${namespace}/pods/${release}-test/log`);
    if (status === 200) said = text;
    over = await Promise.race([passed, sleep(100, false)]);
  }
  const steps = [...said.matchAll(/^ok +(.*?) +\d+ ms$/gm)].map(([, name]) => name);
  found(`passed: ${steps.join(', ')}`);
}

async function introspection({ api }: Node, [lane]: readonly Lane[], found: Report): Promise<void> {
  const answer = await fetch(`${issuer}/oauth2/token`, {
    method: 'POST',
    headers: { authorization: lane?.authorization ?? '' },
    body: new URLSearchParams({ grant_type: 'client_credentials' }),
  });
  const { access_token: token = '' } = (await answer.json()) as { readonly access_token?: string };
  const admin = await introspectAs(api, 'admin', token);
  if (admin.response?.['active'] !== true) throw new Error(`admin is told ${JSON.stringify(admin)}`);
  for (const stranger of ['keys', 'nobody']) {
    const told = await introspectAs(api, stranger, token);
    if (told.code === 0) throw new Error(`${stranger} is told ${JSON.stringify(told)}`);
  }
  found("active, for admin's certificate; refused for that of keys, and without one");
}

/** While it is at work, every pod of a service becomes another. */
async function replaced({ api }: Node, work: () => Promise<void>): Promise<void> {
  const old = new Set((await readyPods(api)).map(({ metadata }) => metadata.uid));
  await work();
  for (const service of services) {
    await untilReady(api, service, 2);
    const left = (await readyPods(api, service)).filter(({ metadata }) => old.has(metadata.uid));
    if (left.length > 0) throw new Error(`${service} kept ${String(left.length)} pods`);
  }
}

async function tagImages({ archives }: Plan, { ctr }: Node): Promise<void> {
  const names = (await ctr('images', 'ls', '--quiet')).split('\n').filter((name) => name.endsWith(`:${archives.tag}`));
  for (const name of names) await ctr('images', 'tag', name, name.replace(/:\w+$/, `:${after}`));
}

async function endOnePodEach({ api }: Node, how: 'evict' | 'force'): Promise<void> {
  for (const service of services) {
    const [pod] = await readyPods(api, service);
    if (pod === undefined) throw new Error(`no pod of ${service} is ready`);
    await endPod(api, pod, how);
    await untilReady(api, service, 2);
  }
}

async function policies(node: Node, clients: Clients, found: Report): Promise<void> {
  const pods = await neighbours(node.api);
  const open = await tryEdges(node, pods);
  found(
    `the bridge enforces none of them: ${String(open.open)} of ${String(open.tried)} connections between pods are open`,
  );
  const count = await enforcePolicies(node, pods);
  try {
    const { tried, open: left, wrong } = await tryEdges(node, pods);
    if (wrong.length > 0) throw new Error(wrong.join(', '));
    found(`as ${String(count)} packet filters of the node: ${String(left)} of ${String(tried)}, those of the graph`);
    await underLoad(clients, found, async () => void (await openLanes(clients.addresses, 2)));
  } finally {
    await releasePolicies(node);
  }
}
