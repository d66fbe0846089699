// Asks the token service over gRPC at its pod, as whoever has a certificate: the published contract, and the list of who may call it.
import * as grpc from '@grpc/grpc-js';
import type { CallEnd } from '../grpc.js';
import { createCaller, methodsOf } from '../grpc.js';
import type { KubeApi } from './api.js';
import { readyPods } from './pods.js';
import { namespace, release } from './plan.js';

/** @param as the service whose certificate is shown; `nobody` shows none */
export async function introspectAs(api: KubeApi, as: string, token: string): Promise<CallEnd> {
  const [pod] = await readyPods(api, 'token');
  const address = `${pod?.status.podIP ?? ''}:4450`;
  const secret = as === 'nobody' ? 'admin' : as;
  const { data = {} } = await api.call('GET', `/api/v1/namespaces/${namespace}/secrets/${release}-${secret}-tls`);
  const shown = (name: string): Buffer => Buffer.from(data[name] ?? '', 'base64');
  const own = as === 'nobody' ? ([null, null] as const) : ([shown('tls.key'), shown('tls.crt')] as const);
  const caller = createCaller(address, grpc.credentials.createSsl(shown('ca.crt'), ...own), {
    'grpc.ssl_target_name_override': `${release}-token.${namespace}.svc`,
  });
  try {
    const { Introspect } = methodsOf('cardea.token.v1.IntrospectionService');
    if (Introspect === undefined) throw new Error('the contract lost Introspect');
    return await caller.unary(Introspect, { token });
  } finally {
    caller.close();
  }
}
