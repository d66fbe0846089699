// Turns promise handlers into a served gRPC service, with the list of callers each method admits (security: TB3-TB5).

/** A unary method of a generated service definition. */
// eslint-disable-next-line @typescript-eslint/no-explicit-any -- a serialiser takes its own message only
export interface UnaryMethod<Request = any, Response = any> {
  readonly path: string;
  readonly requestSerialize: (value: Request) => Buffer;
  readonly requestDeserialize: (value: Buffer) => Request;
  readonly responseSerialize: (value: Response) => Buffer;
  readonly responseDeserialize: (value: Buffer) => Response;
}

export type ServiceDefinition = Readonly<Record<string, UnaryMethod>>;

export type RequestOf<M> = M extends { requestDeserialize: (value: Buffer) => infer R } ? R : never;
export type ResponseOf<M> = M extends { responseDeserialize: (value: Buffer) => infer R } ? R : never;

/** What a handler knows about a call beside its message. */
export interface CallContext {
  /** When nobody waits any more, milliseconds since the epoch. */
  readonly deadline: number;
  /** Aborts when the caller gives up. */
  readonly signal: AbortSignal;
  /** The caller's certificate name that the allow-list admitted; undefined on plain transport. */
  readonly caller: string | undefined;
  /** W3C trace context; empty when the request is not sampled. */
  readonly traceparent: string;
}

export type Handlers<D> = {
  readonly [M in keyof D]: (request: RequestOf<D[M]>, context: CallContext) => Promise<ResponseOf<D[M]>>;
};

/** Certificate names (URI or DNS SAN, exact, case-sensitive) by method; `*` stands for the methods not named. */
export type AllowList = Readonly<Record<string, readonly string[]>>;

/** One method, ready to be dispatched from a unary call or a stream item. */
export interface ServedMethod {
  readonly path: string;
  readonly method: UnaryMethod;
  readonly allowed: readonly string[] | undefined;
  readonly handle: (request: unknown, context: CallContext) => Promise<unknown>;
}

/** A service with its handlers and allow-list. */
export interface ServedService {
  readonly definition: ServiceDefinition;
  readonly methods: readonly ServedMethod[];
}

/**
 * Joins a definition, its handlers and who may call them.
 *
 * @param allow without one, every caller the transport admits may call: right on unix sockets and loopback only
 */
export function implement<D extends ServiceDefinition>(
  definition: D,
  handlers: Handlers<D>,
  allow?: AllowList,
): ServedService {
  const methods = Object.entries(definition).map(([name, method]) => ({
    path: method.path,
    method: method as UnaryMethod,
    allowed: allow === undefined ? undefined : (allow[name] ?? allow['*'] ?? []),
    handle: handlers[name as keyof D] as ServedMethod['handle'],
  }));
  return { definition, methods };
}

/** Where a server reports what it alone saw. */
export interface RpcLog {
  error(fields: object, message: string): void;
  warn(fields: object, message: string): void;
}

/** A call that is being watched. */
export interface ObservedCall {
  /** For the handler's own calls; empty when the request is not sampled. */
  readonly traceparent: string;
  /** Has the handler work under the call's span; asked only when there is one. */
  run?<T>(work: () => T): T;
  /**
   * @param outcome `OK`, a gRPC status name when the transport refused, a code of the error table, or `other`
   * @param fault whether it was the server who failed, not the caller
   */
  end(outcome: string, fault: boolean): void;
}

/** Told when a call to a served method begins; counts and traces hang here. */
export type CallObserver = (path: string, traceparent: string) => ObservedCall;

/** The full name of a service, such as `cardea.token.v1.TokenService`. */
export function serviceName(service: ServedService): string {
  return service.methods[0]?.path.split('/')[1] ?? '';
}
