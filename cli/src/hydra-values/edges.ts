// The way in: Ingress, HTTPRoute and Services of Hydra's chart, of which the public ones have counterparts.
import { isObject } from '../documents.js';
import type { Writer } from './result.js';
import { isEmpty } from './tree.js';

export function ingress(value: unknown, { set, todo }: Writer): void {
  if (!isObject(value) || value['enabled'] !== true) return;
  const hosts = Array.isArray(value['hosts']) ? (value['hosts'] as unknown[]).filter(isObject) : [];
  set('ingress.enabled', true);
  set('ingress.className', value['className']);
  set('ingress.annotations', value['annotations']);
  set(
    'ingress.hosts',
    hosts.map(({ host }) => host),
  );
  set('ingress.tls', value['tls']);
  // A path is a text in older charts.
  const paths = hosts.flatMap(({ paths: each }) => (Array.isArray(each) ? (each as unknown[]) : []));
  const others = paths.filter((path) => (isObject(path) ? path['path'] : path) !== '/');
  if (others.length > 0)
    todo('names paths: here the whole of the gateway is behind each host; narrow it at the edge if you must');
}

export function route(value: unknown, { set, todo }: Writer): void {
  if (!isObject(value) || value['enabled'] !== true) return;
  set('httpRoute.enabled', true);
  set('httpRoute.parentRefs', value['parentRefs']);
  set('httpRoute.hostnames', value['hostnames']);
  set('httpRoute.annotations', value['annotations']);
  if (!isEmpty(value['rules'])) todo('its rules are not taken over: here the whole of the gateway is behind it');
}

export const serviceOf =
  (service: 'gateway' | 'admin', port: number) =>
  (value: unknown, { set, todo }: Writer): void => {
    if (!isObject(value)) return;
    set(`${service}.service.annotations`, value['annotations']);
    const { type } = value;
    if (service === 'gateway' && type !== 'ClusterIP') set('gateway.service.type', type);
    if (service === 'admin' && !isEmpty(type) && type !== 'ClusterIP') {
      todo(
        'the admin API stays inside the cluster: adminAuthentication and networkPolicy.adminFrom say who may call it',
      );
    }
    if (typeof value['port'] === 'number' && value['port'] !== port) {
      todo(`listens on ${String(port)} here, whatever it was before: tell those who call it`);
    }
    if (!isEmpty(value['loadBalancerIP']))
      todo('loadBalancerIP has no counterpart: an annotation says it to most clouds');
  };
