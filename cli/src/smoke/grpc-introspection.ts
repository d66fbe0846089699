// Introspection over gRPC, as an internal service with a certificate asks (docs/introspection.md).
import { Failure } from '../failure.js';

export interface GrpcOptions {
  readonly introspectionEndpoint?: string;
  readonly introspectionCa?: string;
  readonly introspectionCert?: string;
  readonly introspectionKey?: string;
}

/** What a token is worth, as far as the smoke test looks. */
export interface Worth {
  readonly active: boolean;
  readonly subject: string;
}

export interface GrpcIntrospection {
  ask(token: string): Promise<Worth>;
  close(): Promise<void>;
}

const noMoreThanMillis = 15_000;

/** @returns undefined where nobody said at which address @throws {Failure} for half a certificate */
export async function openIntrospection(options: GrpcOptions): Promise<GrpcIntrospection | undefined> {
  const { introspectionEndpoint: address } = options;
  if (address === undefined) return undefined;
  // Commands that do not speak gRPC do not load it.
  const { connectPeer, introspectionV1 } = await import('@cardea/rpc');
  const peer = connectPeer({ addresses: [address], security: securityOf(options) });
  const client = peer.client(introspectionV1.IntrospectionServiceService, { timeoutMillis: noMoreThanMillis });
  return {
    ask: (token) => client.introspect({ token, tokenTypeHint: '', requiredScopes: [] }),
    close: () => peer.close(),
  };
}

function securityOf({ introspectionCa: caFile, introspectionCert: certFile, introspectionKey: keyFile }: GrpcOptions) {
  if (caFile !== undefined && certFile !== undefined && keyFile !== undefined)
    return { kind: 'mtls', caFile, certFile, keyFile } as const;
  if (caFile === undefined && certFile === undefined && keyFile === undefined) return { kind: 'plain' } as const;
  throw new Failure('--introspection-ca, --introspection-cert and --introspection-key go together');
}
