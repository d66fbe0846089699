// Asks a server to describe itself, as grpcurl and its like do first (grpc.reflection.v1).
import * as grpc from '@grpc/grpc-js';
import protoLoader from '@grpc/proto-loader';
import type { Method } from './grpc.js';

const patienceMillis = 10_000;

/** What server reflection answers, as far as tests look. */
export interface Reflected {
  readonly list_services_response?: { readonly service: readonly { readonly name: string }[] };
  readonly file_descriptor_response?: { readonly file_descriptor_proto: readonly Buffer[] };
}

/** The least of grpc.reflection.v1 that tests need; it is not in our proto directory. */
const reflection = protoLoader.fromJSON({
  nested: {
    grpc: {
      nested: {
        reflection: {
          nested: {
            v1: {
              nested: {
                ServerReflection: {
                  methods: {
                    ServerReflectionInfo: {
                      requestType: 'Request',
                      requestStream: true,
                      responseType: 'Response',
                      responseStream: true,
                      comment: '',
                    },
                  },
                },
                Request: {
                  fields: {
                    file_containing_symbol: { type: 'string', id: 4 },
                    list_services: { type: 'string', id: 7 },
                  },
                  oneofs: { ask: { oneof: ['file_containing_symbol', 'list_services'] } },
                },
                Response: {
                  fields: {
                    file_descriptor_response: { type: 'Files', id: 4 },
                    list_services_response: { type: 'Services', id: 6 },
                  },
                },
                Files: { fields: { file_descriptor_proto: { rule: 'repeated', type: 'bytes', id: 1 } } },
                Services: { fields: { service: { rule: 'repeated', type: 'Name', id: 1 } } },
                Name: { fields: { name: { type: 'string', id: 1 } } },
              },
            },
          },
        },
      },
    },
  },
});

/** Asks a server to describe itself. */
export function reflect(address: string, question: object): Promise<Reflected> {
  const service = reflection['grpc.reflection.v1.ServerReflection'] as Record<string, Method>;
  const info = service['ServerReflectionInfo'];
  if (info === undefined) throw new Error('no reflection method');
  const client = new grpc.Client(address, grpc.credentials.createInsecure());
  return new Promise<Reflected>((resolve, reject) => {
    const stream = client.makeBidiStreamRequest(info.path, info.requestSerialize, info.responseDeserialize, {
      deadline: Date.now() + patienceMillis,
    });
    stream.on('error', reject);
    stream.on('data', (answer: Reflected) => {
      stream.end();
      resolve(answer);
    });
    stream.write(question);
  }).finally(() => client.close());
}
