// What a caller says of the trace that a request belongs to: W3C Trace Context, or Zipkin's B3 with one header or several.

/** Whose child a span becomes. */
export interface TraceParent {
  readonly traceId: string;
  readonly spanId: string;
}

export interface TraceCaller {
  /** Undefined when it decides, but names no trace (`b3: 0`). */
  readonly parent: TraceParent | undefined;
  /** Undefined when it leaves the decision to us. */
  readonly sampled: boolean | undefined;
}

type Headers = Readonly<Record<string, string | readonly string[] | undefined>>;

// Later versions begin like this one, and may go on after a dash (Trace Context §3.2.4).
const w3c = /^(?!ff)([0-9a-f]{2})-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})(-.*)?$/;
const b3Single = /^([0-9a-f]{32}|[0-9a-f]{16})-([0-9a-f]{16})(?:-([01d])(?:-[0-9a-f]{16})?)?$/;
const nothing = /^0*$/;

/** Ids of 64 bits are what B3 began with; they are the right half of one of 128. An id of zeros is none. */
function parentOf(traceId: string, spanId: string): TraceParent | undefined {
  if (nothing.test(traceId) || nothing.test(spanId)) return undefined;
  return { traceId: traceId.padStart(32, '0'), spanId };
}

function b3Decision(word: string | undefined): boolean | undefined {
  return word === undefined ? undefined : word === '1' || word === 'd' || word === 'true';
}

/** The parent that a `traceparent` names, and whether it is sampled. */
export function readTraceparent(value: string): (TraceParent & { readonly sampled: boolean }) | undefined {
  const parts = w3c.exec(value);
  if (parts === null) return undefined;
  const [, version, traceId = '', spanId = '', flags = '', rest] = parts;
  const parent = version === '00' && rest !== undefined ? undefined : parentOf(traceId, spanId);
  return parent && { ...parent, sampled: (Number.parseInt(flags, 16) & 1) === 1 };
}

function readB3(value: string): TraceCaller | undefined {
  if (/^[01d]$/.test(value)) return { parent: undefined, sampled: b3Decision(value) };
  const parts = b3Single.exec(value);
  const parent = parts === null ? undefined : parentOf(parts[1] ?? '', parts[2] ?? '');
  return parent && { parent, sampled: b3Decision(parts?.[3]) };
}

function readB3Headers(one: (name: string) => string | undefined): TraceCaller | undefined {
  const decided = one('x-b3-flags') === '1' ? '1' : one('x-b3-sampled');
  if (decided !== undefined && !/^([01]|true|false)$/.test(decided)) return undefined;
  const sampled = b3Decision(decided);
  const ids = b3Single.exec(`${one('x-b3-traceid') ?? ''}-${one('x-b3-spanid') ?? ''}`);
  const parent = ids === null ? undefined : parentOf(ids[1] ?? '', ids[2] ?? '');
  return parent === undefined && sampled === undefined ? undefined : { parent, sampled };
}

/** What the headers of a request say, W3C first; undefined when nothing, or nothing that is well-formed. */
export function readTraceCaller(headers: Headers): TraceCaller | undefined {
  const one = (name: string) => {
    const value = headers[name];
    return typeof value === 'string' ? value : undefined;
  };
  const traceparent = one('traceparent');
  const parent = traceparent === undefined ? undefined : readTraceparent(traceparent);
  if (parent !== undefined) return { parent, sampled: parent.sampled };
  const b3 = one('b3');
  return (b3 === undefined ? undefined : readB3(b3)) ?? readB3Headers(one);
}
