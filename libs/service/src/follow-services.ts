// gRPC services that follow the configuration: each call goes to the handlers that were built last.
import type { ServedService } from '@cardea/rpc';

type Method = ServedService['methods'][number];

/** @param current always the same services in the same order, with other handlers */
export function followServices(current: () => readonly ServedService[]): ServedService[] {
  return current().map((service, place) => ({
    ...service,
    methods: service.methods.map((method, index): Method => {
      const latest = (): Method => current()[place]?.methods[index] ?? method;
      return { ...method, handle: (request, context) => latest().handle(request, context) };
    }),
  }));
}
