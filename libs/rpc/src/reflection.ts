// gRPC server reflection, so that grpcurl and its like can list and call what internal services may use.
import type { Server } from '@grpc/grpc-js';

/** Adds reflection for the named services only; the descriptors are loaded only where somebody wants them. */
export async function addReflection(server: Server, services: readonly string[]): Promise<void> {
  const [{ ReflectionService }, { loadFileDescriptorSetFromBuffer }, { descriptorSet }] = await Promise.all([
    import('@grpc/reflection'),
    import('@grpc/proto-loader'),
    import('./gen/descriptors.js'),
  ]);
  const definition = loadFileDescriptorSetFromBuffer(Buffer.from(descriptorSet, 'base64'));
  new ReflectionService(definition, { services: [...services] }).addToServer(server);
}
