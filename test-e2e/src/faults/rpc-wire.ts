// A wire between a service and one replica of a peer that speaks gRPC: it hears each call, and can refuse
// calls, lose answers and tell clients to go, as proxies and overloaded servers do (security F18).
import type {
  ClientHttp2Session,
  ClientHttp2Stream,
  IncomingHttpHeaders,
  ServerHttp2Session,
  ServerHttp2Stream,
} from 'node:http2';
import { connect, constants, createServer } from 'node:http2';
import type { AddressInfo } from 'node:net';
import { connect as connectSocket } from 'node:net';
import { methodsOf } from '../grpc.js';

/** A call as it passed. */
export interface SeenCall {
  readonly method: string;
  readonly request: Buffer;
}

export interface RpcWire {
  readonly address: string;
  readonly seen: readonly SeenCall[];
  /** Decides what becomes of each call of the stream from now on: its gRPC status without asking anybody, or `pass`. */
  judge(verdict: (call: SeenCall) => number | 'pass'): void;
  /** The next message that carries calls is delivered, and nobody hears what came of it: the stream is reset. */
  loseNext(): void;
  /** Tells all clients to open no further streams here, and takes their next connection. */
  sendAway(): void;
  mend(): void;
  close(): Promise<void>;
}

interface Call extends SeenCall {
  readonly id: number;
}
const streamPath = '/cardea.rpc.v1.StreamService/Exchange';
const prefixBytes = 5;

function framed(message: Buffer): Buffer {
  const prefix = Buffer.alloc(prefixBytes);
  prefix.writeUInt32BE(message.length, 1);
  return Buffer.concat([prefix, message]);
}

/** Collects bytes and answers each gRPC message that they complete. */
function createMessages(): (bytes: Buffer) => Buffer[] {
  let kept = Buffer.alloc(0);
  return (bytes) => {
    kept = Buffer.concat([kept, bytes]);
    const messages: Buffer[] = [];
    while (kept.length >= prefixBytes && kept.length >= prefixBytes + kept.readUInt32BE(1)) {
      const end = prefixBytes + kept.readUInt32BE(1);
      messages.push(kept.subarray(prefixBytes, end));
      kept = kept.subarray(end);
    }
    return messages;
  };
}

/** @param target `host:port` or `unix:/path` */
export async function createRpcWire(target: string): Promise<RpcWire> {
  const exchange = methodsOf('cardea.rpc.v1.StreamService')['Exchange'];
  if (exchange === undefined) throw new Error('no stream in the contract');
  const seen: SeenCall[] = [];
  let verdict: (call: SeenCall) => number | 'pass' = () => 'pass';
  let losing = false;
  const sessions = new Map<ServerHttp2Session, ClientHttp2Session>();
  const socketPath = /^unix:(.+)$/.exec(target)?.[1];

  const reach = (near: ServerHttp2Session): ClientHttp2Session => {
    const found = sessions.get(near);
    if (found !== undefined) return found;
    const far =
      socketPath === undefined
        ? connect(`http://${target}`)
        : connect('http://localhost', { createConnection: () => connectSocket(socketPath) });
    sessions.set(near, far);
    far.on('error', () => undefined).on('close', () => near.destroy());
    // Who drains says so to whoever asks through here, too.
    far.on('goaway', () => void (near.destroyed || near.goaway(constants.NGHTTP2_NO_ERROR)));
    near
      .on('error', () => undefined)
      .on('close', () => {
        sessions.delete(near);
        far.destroy();
      });
    return far;
  };

  /** Passes a message of calls on, or what is left of it. */
  const passCalls = (message: Buffer, near: ServerHttp2Stream, far: ClientHttp2Stream): void => {
    const { calls = [], ...rest } = exchange.requestDeserialize(message) as { calls?: Call[] };
    const refused = new Map<number, number>();
    for (const { id, method, request } of calls) {
      if (method === '') continue;
      const call = { method, request };
      seen.push(call);
      const said = verdict(call);
      if (said !== 'pass') refused.set(id, said);
    }
    if (refused.size > 0) {
      const replies = [...refused].map(([id, status]) => ({ id, status }));
      near.write(framed(exchange.responseSerialize({ replies })));
    }
    const left = calls.filter(({ id }) => !refused.has(id));
    far.write(framed(refused.size === 0 ? message : exchange.requestSerialize({ ...rest, calls: left })));
    if (!losing || left.every(({ method }) => method === '')) return;
    losing = false;
    near.close(constants.NGHTTP2_INTERNAL_ERROR);
  };

  const server = createServer();
  server.on('stream', (near: ServerHttp2Stream, headers: IncomingHttpHeaders) => {
    const { session } = near;
    if (session === undefined) return;
    const beyond = reach(session as ServerHttp2Session);
    near.on('error', () => undefined);
    if (beyond.closed || beyond.destroyed) {
      near.close(constants.NGHTTP2_REFUSED_STREAM);
      return;
    }
    const far = beyond.request(headers, { endStream: false });
    let trailers: IncomingHttpHeaders = {};
    far.on('response', (answer, flags) => {
      if (near.destroyed) return;
      if ((flags & constants.NGHTTP2_FLAG_END_STREAM) !== 0) near.respond(answer, { endStream: true });
      else near.respond(answer, { waitForTrailers: true });
    });
    far.on('trailers', (last: IncomingHttpHeaders) => (trailers = last));
    near.on('wantTrailers', () => near.sendTrailers(trailers));
    const messages = createMessages();
    const isStream = headers[':path'] === streamPath;
    near.on('data', (bytes: Buffer) => {
      if (!isStream) far.write(bytes);
      else for (const message of messages(bytes)) passCalls(message, near, far);
    });
    far.on('data', (bytes: Buffer) => void (near.destroyed || near.write(bytes)));
    near.on('end', () => far.end());
    near.on('close', () => far.close(constants.NGHTTP2_CANCEL));
    far
      .on('error', () => undefined)
      .on('close', () => {
        // By now the trailers are known.
        if (far.rstCode === constants.NGHTTP2_NO_ERROR) near.end();
        else near.close(far.rstCode);
      });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));

  return {
    address: `127.0.0.1:${String((server.address() as AddressInfo).port)}`,
    seen,
    judge: (next) => void (verdict = next),
    loseNext: () => void (losing = true),
    sendAway: () => [...sessions.keys()].forEach((near) => near.goaway(constants.NGHTTP2_NO_ERROR)),
    mend() {
      verdict = () => 'pass';
      losing = false;
    },
    async close() {
      for (const near of sessions.keys()) near.destroy();
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
}
