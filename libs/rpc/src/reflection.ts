// gRPC server reflection, so that grpcurl and its like can list and call what internal services may use.
import type { Server } from '@grpc/grpc-js';

/** Adds reflection; the descriptors are loaded only where somebody wants them. */
export async function addReflection(server: Server): Promise<void> {
  const [{ ReflectionService }, { loadFileDescriptorSetFromBuffer }, { descriptorSet }] = await Promise.all([
    import('@grpc/reflection'),
    import('@grpc/proto-loader'),
    import('./gen/descriptors.js'),
  ]);
  const definition = loadFileDescriptorSetFromBuffer(Buffer.from(descriptorSet, 'base64'));
  new ReflectionService(definition).addToServer(server);
}
