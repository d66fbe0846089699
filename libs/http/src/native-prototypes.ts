// Gives a node:http server request and response classes that carry express's methods from birth, so that express's
// setPrototypeOf on every request changes nothing and V8 keeps its shapes (ARCHITECTURE §9.1: 28 µs a request, not 175).
import type { Express } from 'express';
import { IncomingMessage, ServerResponse } from 'node:http';

/** Copies what express's prototype chain adds above node's own. */
function adopt(target: object, source: object, until: object): void {
  for (
    let layer: object | null = source;
    layer !== null && layer !== until;
    layer = Object.getPrototypeOf(layer) as object | null
  ) {
    for (const key of Reflect.ownKeys(layer)) {
      if (key === 'constructor' || Object.hasOwn(target, key)) continue;
      const descriptor = Object.getOwnPropertyDescriptor(layer, key);
      if (descriptor !== undefined) Object.defineProperty(target, key, descriptor);
    }
  }
}

/** The two prototypes express puts on what passes through an app. */
interface Prototypes {
  request: object;
  response: object;
}

/** Tells an app that takes the place of the first to expect what is born as that one's. */
export function expectSame(app: Express, first: Express): void {
  const { request, response } = first as unknown as Prototypes;
  Object.assign(app, { request, response });
}

/**
 * Makes the classes for `http.createServer` and tells the app to expect them.
 *
 * Valid for this app alone, and for those that are told so: an app mounted below it would set prototypes again. Use routers instead.
 */
export function bornWithPrototypes(app: Express): {
  IncomingMessage: typeof IncomingMessage;
  ServerResponse: typeof ServerResponse;
} {
  class BornRequest extends IncomingMessage {}
  class BornResponse<Request extends IncomingMessage = IncomingMessage> extends ServerResponse<Request> {}
  const prototypes = app as unknown as Prototypes;
  adopt(BornRequest.prototype, prototypes.request, IncomingMessage.prototype);
  adopt(BornResponse.prototype, prototypes.response, ServerResponse.prototype);
  prototypes.request = BornRequest.prototype;
  prototypes.response = BornResponse.prototype;
  return { IncomingMessage: BornRequest, ServerResponse: BornResponse };
}
