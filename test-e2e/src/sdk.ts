// Hydra's two SDKs, unmodified, behind one call: an operation by its name, its parameters, and what came back over the wire.
import * as axiosSdk from '@ory/hydra-client';
import * as fetchSdk from '@ory/hydra-client-fetch';
import type { Demo } from './demo.js';

export interface SdkAnswer {
  readonly status: number;
  /** As it was sent. */
  readonly wire: unknown;
  /** As the SDK hands it to its caller; undefined where the SDK threw instead, see `refusal`. */
  readonly data: unknown;
  /** The body of an answer that the SDK throws as an error: redirects, which are not followed, and failures. */
  readonly refusal: unknown;
  readonly location: string | null;
}

/** Who calls. */
export interface Caller {
  readonly username?: string;
  readonly password?: string;
  readonly accessToken?: string;
  /** Headers of its own, for operations where the SDKs know of no authentication and send no form. */
  readonly headers?: Readonly<Record<string, string>>;
}

export interface Sdk {
  /** Names of everything this SDK can call. */
  readonly operations: readonly string[];
  call(operation: string, parameters?: object, caller?: Caller): Promise<SdkAnswer>;
}

type Classes = Readonly<Record<string, abstract new (...args: never[]) => object>>;
type Method = (parameters?: object) => Promise<never>;

/** What its public listener serves; the rest is the admin API. */
const publicOperations: readonly string[] = [
  ...[
    'discoverJsonWebKeys',
    'discoverOidcConfiguration',
    'oAuth2Authorize',
    'oauth2TokenExchange',
    'revokeOAuth2Token',
  ],
  ...['revokeOidcSession', 'getOidcUserInfo', 'createVerifiableCredential', 'oAuth2DeviceFlow'],
  ...['performOAuth2DeviceVerificationFlow', 'createOidcDynamicClient', 'getOidcDynamicClient'],
  ...['setOidcDynamicClient', 'deleteOidcDynamicClient'],
];

/** `name → class` of every operation of an SDK. */
function index(classes: Classes, isOperation: (name: string) => boolean): Map<string, string> {
  const found = new Map<string, string>();
  for (const [className, api] of Object.entries(classes)) {
    if (!/^(?:OAuth2|Oidc|Jwk|Wellknown|Metadata)Api$/.test(className)) continue;
    for (const name of Object.getOwnPropertyNames(api.prototype)) {
      if (name !== 'constructor' && isOperation(name)) found.set(name, className);
    }
  }
  return found;
}

function methodOf(apis: unknown, className: string | undefined, configuration: object, name: string): Method {
  const Api = (apis as Record<string, new (configuration: object) => Record<string, Method>>)[className ?? ''];
  if (Api === undefined) throw new Error(`the SDK cannot ${name}`);
  const api = new Api(configuration);
  const method = api[name];
  if (method === undefined) throw new Error(`the SDK cannot ${name}`);
  return method.bind(api);
}

const listenerOf = (demo: Demo, operation: string) => (publicOperations.includes(operation) ? demo.public : demo.admin);

/** `@ory/hydra-client`. */
export function axiosClient(demo: Demo): Sdk {
  const classes = index(axiosSdk as unknown as Classes, () => true);
  return {
    operations: [...classes.keys()],
    async call(operation, parameters, { headers, ...caller } = {}) {
      const basePath = listenerOf(demo, operation);
      const baseOptions = { maxRedirects: 0, headers };
      const configuration = new axiosSdk.Configuration({ basePath, ...caller, baseOptions });
      interface Answer {
        readonly status: number;
        readonly data: unknown;
        readonly headers: Readonly<Partial<Record<string, string>>>;
      }
      const found = ({ status, data, headers: sent }: Answer) => ({
        status,
        wire: data,
        location: sent['location'] ?? null,
      });
      try {
        const answer: Answer = await methodOf(axiosSdk, classes.get(operation), configuration, operation)(parameters);
        return { ...found(answer), data: answer.data, refusal: undefined };
      } catch (error) {
        const { response } = error as { response?: Answer };
        if (response === undefined) throw error;
        return { ...found(response), data: undefined, refusal: response.data };
      }
    },
  };
}

/** `@ory/hydra-client-fetch`. */
export function fetchClient(demo: Demo): Sdk {
  const classes = index(fetchSdk as unknown as Classes, (name) => !name.endsWith('Raw'));
  return {
    operations: [...classes.keys()],
    async call(operation, parameters, { accessToken, headers, ...caller } = {}) {
      const basePath = listenerOf(demo, operation);
      let wire: unknown;
      const configuration = new fetchSdk.Configuration({
        basePath,
        ...caller,
        ...(headers !== undefined && { headers }),
        // It writes the scheme itself, but not before the token of an OAuth 2.0 security scheme: there it is the caller's.
        ...(accessToken !== undefined && {
          accessToken: (scheme?: string) =>
            Promise.resolve(scheme === 'oauth2' ? `Bearer ${accessToken}` : accessToken),
        }),
        fetchApi: async (url, init) => {
          const answer = await fetch(url, { ...init, redirect: 'manual' });
          const text = await answer.clone().text();
          const isJson = (answer.headers.get('content-type') ?? '').includes('json');
          wire = isJson ? (JSON.parse(text) as unknown) : text;
          return answer;
        },
      });
      const found = (raw: Response) => ({ status: raw.status, wire, location: raw.headers.get('location') });
      try {
        const method = methodOf(fetchSdk, classes.get(operation), configuration, `${operation}Raw`);
        const answer: fetchSdk.ApiResponse<unknown> = await method(parameters);
        return { ...found(answer.raw), data: await answer.value(), refusal: undefined };
      } catch (error) {
        if (!(error instanceof fetchSdk.ResponseError)) throw error;
        return { ...found(error.response), data: undefined, refusal: wire };
      }
    },
  };
}
