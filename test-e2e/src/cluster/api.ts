// Asks the cluster's API server, over one kept connection or few, as its administrator.
import { readFileSync } from 'node:fs';
import https from 'node:https';
import type { Pki } from './pki.js';
import { nodeAddress } from './plan.js';

export interface ApiAnswer {
  readonly status: number;
  readonly text: string;
}

/** As much of any object as is looked at here. */
export interface KubeObject {
  readonly metadata: {
    readonly name: string;
    readonly uid?: string;
    readonly labels?: Readonly<Record<string, string>>;
    readonly deletionTimestamp?: string;
  };
  readonly spec?: Readonly<Record<string, unknown>>;
  readonly data?: Readonly<Record<string, string>>;
}

export interface KubeApi {
  /** Any status. @throws when nobody answers */
  raw(method: string, path: string, body?: object, type?: string): Promise<ApiAnswer>;
  /** @throws with the answer when that is no success */
  call<T = KubeObject>(method: string, path: string, body?: object, type?: string): Promise<T>;
  list<T = KubeObject>(path: string): Promise<readonly T[]>;
  close(): void;
}

export const mergePatch = 'application/merge-patch+json';
const patienceMillis = 60_000;

export function connectApi(pki: Pki): KubeApi {
  const [ca, cert, key] = ['ca.crt', 'admin.crt', 'admin.key'].map((name) => readFileSync(pki.file(name)));
  const agent = new https.Agent({ keepAlive: true, maxSockets: 8, ca, cert, key });
  const raw: KubeApi['raw'] = (method, path, body, type = 'application/json') =>
    new Promise((resolve, reject) => {
      const request = https.request(
        { host: nodeAddress, port: 6443, agent, method, path, timeout: patienceMillis },
        (response) => {
          let text = '';
          response.setEncoding('utf8').on('data', (part: string) => (text += part));
          response.once('end', () => resolve({ status: response.statusCode ?? 0, text }));
          response.once('error', reject);
        },
      );
      request.once('timeout', () => request.destroy(new Error(`${method} ${path}: no answer`)));
      request.once('error', reject);
      if (body !== undefined) request.setHeader('content-type', type);
      request.end(body === undefined ? undefined : JSON.stringify(body));
    });
  const call: KubeApi['call'] = async <T>(method: string, path: string, body?: object, type?: string) => {
    const { status, text } = await raw(method, path, body, type);
    if (status < 200 || status > 299) throw new Error(`${method} ${path}: ${String(status)} ${text.slice(0, 500)}`);
    return JSON.parse(text) as T;
  };
  return {
    raw,
    call,
    list: async <T>(path: string) => (await call<{ readonly items: readonly T[] }>('GET', path)).items,
    close: () => agent.destroy(),
  };
}
