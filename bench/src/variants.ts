// Installations of ours that differ in one thing from the one that is measured, in the same rounds, so that it is seen what that
// thing costs: keys in an HSM, one that takes its time, TLS, two gateways and two token services.
import type { PrepareSlowHsm } from './signer.js';
import { startReplicated } from './replicated.js';
import type { OpenTarget, TargetOptions } from './target.js';
import { startTarget } from './target.js';

/** What other rooms make, which whoever starts the benchmark brings. */
export interface Tools {
  readonly slowHsm: PrepareSlowHsm;
  /** A certificate nobody vouches for, and its key (PEM). @param now milliseconds since the epoch */
  selfSigned(now: number): { readonly cert: string; readonly key: string };
}

export interface Variant {
  /** On the command line. */
  readonly name: string;
  /** In the report. */
  readonly title: string;
  /** What it is measured with: where the difference shows. */
  readonly scenarios: readonly string[];
  open(options: TargetOptions, tools: Tools): Promise<OpenTarget>;
}

const signing = ['client-credentials-jwt', 'code-exchange-es256', 'code-exchange-rs256'];

export const variants: readonly Variant[] = [
  {
    name: 'pair',
    title: 'two gateways, two token services',
    scenarios: ['client-credentials', 'introspection', 'code-exchange-es256', 'refresh', 'flow'],
    open: (options) => startReplicated(options, 2, ['token', 'gateway']),
  },
  {
    name: 'hsm',
    title: 'keys in SoftHSM',
    scenarios: [...signing, 'sign-es256'],
    open: (options) => startTarget({ ...options, keys: 'hsm' }),
  },
  {
    name: 'slow-hsm',
    title: 'an HSM of 5 ms, 32 sessions',
    scenarios: ['client-credentials-jwt', 'code-exchange-es256'],
    async open(options, { slowHsm }) {
      const slow = await slowHsm();
      try {
        const { target, close } = await startTarget({ ...options, keys: 'hsm', env: slow.env });
        return { target, close: () => close().finally(() => slow.remove()) };
      } catch (error) {
        slow.remove();
        throw error;
      }
    },
  },
  {
    name: 'tls',
    title: 'TLS at the gateway',
    scenarios: ['discovery', 'client-credentials', 'client-credentials-anew'],
    async open(options, { selfSigned }) {
      const { cert, key } = selfSigned(Date.now());
      const base64 = (pem: string): string => Buffer.from(pem).toString('base64');
      const env = {
        SERVE_PUBLIC_TLS_ENABLED: 'true',
        SERVE_PUBLIC_TLS_CERT_BASE64: base64(cert),
        SERVE_PUBLIC_TLS_KEY_BASE64: base64(key),
      };
      const { target, close } = await startTarget({ ...options, env });
      return { target: { ...target, public: target.public.replace(/^http:/, 'https:') }, close };
    },
  },
];
