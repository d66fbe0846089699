// gRPC server reflection, so that grpcurl and its like can list and call what internal services may use.
import type { handleBidiStreamingCall, MethodDefinition, Server, UntypedServiceImplementation } from '@grpc/grpc-js';
import { status as grpcStatus } from '@grpc/grpc-js';

/** One version of the protocol as the library would have registered it. */
interface Version {
  readonly method: MethodDefinition<unknown, unknown>;
  readonly handle: handleBidiStreamingCall<unknown, unknown>;
}

const paths = ['v1', 'v1alpha'].map((version) => `/grpc.reflection.${version}.ServerReflection/ServerReflectionInfo`);

/**
 * Adds reflection for the named services only. The library and its index of all descriptors are loaded when somebody first
 * asks: at the start they were a third of the token service's work until ready.
 */
export function addReflection(server: Server, services: readonly string[]): void {
  let loading: Promise<ReadonlyMap<string, Version>> | undefined;
  let versions: ReadonlyMap<string, Version> | undefined;
  const load = () => (loading ??= loadVersions(services));

  for (const path of paths) {
    // Messages are read and written only after `handle` has begun, so the version is there by then.
    const method = () => (versions?.get(path) as Version).method;
    const definition: MethodDefinition<unknown, unknown> = {
      path,
      requestStream: true,
      responseStream: true,
      requestSerialize: (request) => method().requestSerialize(request),
      requestDeserialize: (bytes) => method().requestDeserialize(bytes),
      responseSerialize: (response) => method().responseSerialize(response),
      responseDeserialize: (bytes) => method().responseDeserialize(bytes),
    };
    const handle: handleBidiStreamingCall<unknown, unknown> = (call) => {
      load().then(
        (loaded) => {
          versions = loaded;
          loaded.get(path)?.handle(call);
        },
        (error: unknown) => {
          loading = undefined;
          call.emit('error', { code: grpcStatus.UNAVAILABLE, details: String(error) });
        },
      );
    };
    server.addService({ ServerReflectionInfo: definition }, { ServerReflectionInfo: handle });
  }
}

/** Has the library register itself with us instead of a server. */
async function loadVersions(services: readonly string[]): Promise<ReadonlyMap<string, Version>> {
  const [{ ReflectionService }, { loadFileDescriptorSetFromBuffer }, { descriptorSet }] = await Promise.all([
    import('@grpc/reflection'),
    import('@grpc/proto-loader'),
    import('./gen/descriptors.js'),
  ]);
  const definition = loadFileDescriptorSetFromBuffer(Buffer.from(descriptorSet, 'base64'));
  const versions = new Map<string, Version>();
  const register = {
    addService(service: Record<string, MethodDefinition<unknown, unknown>>, handlers: UntypedServiceImplementation) {
      const method = service['ServerReflectionInfo'];
      const handle = handlers['ServerReflectionInfo'] as handleBidiStreamingCall<unknown, unknown> | undefined;
      if (method !== undefined && handle !== undefined) versions.set(method.path, { method, handle });
    },
  };
  new ReflectionService(definition, { services: [...services] }).addToServer(register);
  return versions;
}
