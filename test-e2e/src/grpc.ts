// Speaks to the services as a foreign gRPC client would: from the proto files, unary and over the multiplexed stream.
import * as grpc from '@grpc/grpc-js';
import type { MethodDefinition } from '@grpc/proto-loader';
import protoLoader from '@grpc/proto-loader';
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { CertificateFiles } from './certificates.js';

const protoDirectory = fileURLToPath(new URL('../../proto', import.meta.url));

const contracts = protoLoader.loadSync(
  readdirSync(protoDirectory, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.proto')),
  { includeDirs: [protoDirectory], longs: Number, enums: String, defaults: true },
);

export type Method = MethodDefinition<object, object>;

/** The methods of a service, by name; @throws when there is no such service */
export function methodsOf(service: string): Record<string, Method> {
  const found = contracts[service];
  if (found === undefined || 'format' in found) throw new Error(`no service ${service} in proto/`);
  return found;
}

/** The end of a call: gRPC status code, its words, and the decoded answer when it went well. */
export interface CallEnd {
  readonly code: grpc.status;
  readonly details: string;
  /** Whether the service spoke, and not the transport or an allow-list before it. */
  readonly served: boolean;
  readonly response?: Record<string, unknown>;
}

export interface Caller {
  unary(method: Method, request?: object): Promise<CallEnd>;
  streamed(method: Method, request?: object): Promise<CallEnd>;
  close(): void;
}

const patienceMillis = 10_000;

export const tlsCredentials = (files: CertificateFiles): grpc.ChannelCredentials =>
  grpc.credentials.createSsl(readFileSync(files.ca_file), readFileSync(files.key_file), readFileSync(files.cert_file));

/** @param address `host:port` @param options of the channel */
export function createCaller(
  address: string,
  credentials = grpc.credentials.createInsecure(),
  options: grpc.ClientOptions = {},
): Caller {
  const client = new grpc.Client(address, credentials, options);
  const exchange = methodsOf('cardea.rpc.v1.StreamService')['Exchange'];
  if (exchange === undefined) throw new Error('no stream in the contract');
  return {
    unary: (method, request = {}) =>
      new Promise((resolve) => {
        const { path, requestSerialize, responseDeserialize } = method;
        const options = { deadline: Date.now() + patienceMillis };
        client.makeUnaryRequest(path, requestSerialize, responseDeserialize, request, options, (error, response) => {
          if (error === null) {
            resolve({
              code: grpc.status.OK,
              details: '',
              served: true,
              response: response as Record<string, unknown>,
            });
          } else {
            const served = error.metadata.get('cardea-error-bin').length > 0;
            resolve({ code: error.code, details: error.details, served });
          }
        });
      }),
    streamed: (method, request = {}) =>
      new Promise((resolve) => {
        const stream = client.makeBidiStreamRequest(
          exchange.path,
          exchange.requestSerialize,
          exchange.responseDeserialize,
          {
            deadline: Date.now() + patienceMillis,
          },
        );
        stream.on('error', (error: grpc.ServiceError) =>
          resolve({ code: error.code, details: error.details, served: false }),
        );
        stream.on('data', ({ replies = [] }: { replies?: Reply[] }) => {
          for (const reply of replies) {
            stream.end();
            resolve({
              code: reply.status,
              details: '',
              served: reply.status === grpc.status.OK || reply.errorDetail.length > 0,
              ...(reply.status === grpc.status.OK && {
                response: method.responseDeserialize(reply.response) as Record<string, unknown>,
              }),
            });
          }
        });
        const call = {
          id: 1,
          method: method.path,
          request: method.requestSerialize(request),
          timeoutMillis: patienceMillis,
        };
        stream.write({ calls: [call] });
      }),
    close: () => client.close(),
  };
}

interface Reply {
  readonly status: grpc.status;
  readonly response: Buffer;
  readonly errorDetail: Buffer;
}
