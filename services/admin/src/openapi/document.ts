// Our OpenAPI document: every operation of both listeners, put together once when the service starts (OpenAPI 3.1).
import type { Manner } from '@cardea/http';
import { errorIdHeader } from '@cardea/http';
import { isOpen } from '../authentication/roles.js';
import { clientOperations, clientSchemas } from './clients.js';
import { eventOperations, eventSchemas } from './events.js';
import { interactionOperations, interactionSchemas } from './interactions.js';
import { keyOperations, keySchemas } from './keys.js';
import { keysAuditOperations, keysAuditSchemas } from './keys-audit.js';
import type { Answer, Operation } from './operation.js';
import { operatingOperations, operationSchemas } from './operations.js';
import { publicOperations, publicSchemas } from './public.js';
import { queueOperations, queueSchemas } from './queues.js';
import type { Schema } from './schema.js';
import { object, ref, text } from './schema.js';
import { sessionOperations, sessionSchemas } from './sessions.js';

export const adminOperations: readonly Operation[] = [
  ...clientOperations,
  ...interactionOperations,
  ...sessionOperations,
  ...keyOperations,
  ...keysAuditOperations,
  ...queueOperations,
  ...eventOperations,
  ...operatingOperations,
];
export const operations: readonly Operation[] = [...adminOperations, ...publicOperations];

const schemas: Readonly<Record<string, Schema>> = {
  ...clientSchemas,
  ...interactionSchemas,
  ...sessionSchemas,
  ...keySchemas,
  ...keysAuditSchemas,
  ...queueSchemas,
  ...eventSchemas,
  ...operationSchemas,
  ...publicSchemas,
};

/** Errors; the id of the log line stands in them, or in a header where they are Hydra's to the letter. */
const errorSchemas = (manner: Manner): Readonly<Record<string, Schema>> => {
  const id = manner === 'oauth' ? { error_id: text } : {};
  return {
    errorOAuth2: object({ error: text, error_description: text, ...id }),
    handledOAuth2Request: object({ redirect_to: text, ...id }),
  };
};

const bodyTypes = {
  json: 'application/json',
  form: 'application/x-www-form-urlencoded',
  patch: 'application/json',
} as const;

const headers = (of: Readonly<Record<string, string>> | undefined) =>
  of === undefined
    ? {}
    : {
        headers: Object.fromEntries(
          Object.entries(of).map(([name, description]) => [name, { description, schema: text }]),
        ),
      };

const response = ({ description, schema, contentType = 'application/json', headers: own }: Answer) => ({
  description,
  ...headers(own),
  ...(schema === undefined ? {} : { content: { [contentType]: { schema } } }),
});

const failed = (manner: Manner): Answer => ({
  description: 'What went wrong, and the id of its log line',
  schema: ref('errorOAuth2'),
  ...(manner === 'oauth' ? {} : { headers: { [errorIdHeader]: 'The id of the log line.' } }),
});

/** Names of the parameters in a path. */
export const pathParameters = (path: string): string[] =>
  [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name ?? '');

/** Ways for callers of the admin API to prove themselves; none is needed where only the machine itself can call. */
const securitySchemes = {
  bearer: { type: 'http', scheme: 'bearer', description: 'An API key, or a JWT of the configured issuer.' },
  certificate: { type: 'mutualTLS', description: 'A client certificate with a listed name.' },
};
const proofs = [{ bearer: [] }, { certificate: [] }, {}];

function described(operation: Operation, manner: Manner): Record<string, unknown> {
  const { id, path, summary, query = {}, needed = [], body, answers } = operation;
  const parameters = [
    ...pathParameters(path).map((name) => ({ name, in: 'path', required: true, schema: text })),
    ...Object.entries(query).map(([name, schema]) => ({ name, in: 'query', required: needed.includes(name), schema })),
  ];
  const answered = Object.entries(answers).map(([status, each]) => [status, response(each)]);
  return {
    operationId: id,
    summary,
    tags: [path.startsWith('/admin/') ? 'admin' : 'public'],
    ...(path.startsWith('/admin/') && !isOpen(path) ? { security: proofs } : {}),
    ...(parameters.length === 0 ? {} : { parameters }),
    ...(body === undefined
      ? {}
      : { requestBody: { required: true, content: { [bodyTypes[body.type]]: { schema: body.schema } } } }),
    responses: { ...Object.fromEntries(answered), default: response(failed(manner)) },
  };
}

/**
 * @param version of the product
 * @param manner how errors look
 */
export function openApiDocument(version: string, manner: Manner): Readonly<Record<string, unknown>> {
  const paths: Record<string, Record<string, unknown>> = {};
  for (const operation of operations) (paths[operation.path] ??= {})[operation.method] = described(operation, manner);
  return {
    openapi: '3.1.0',
    info: {
      title: 'Cardea',
      version,
      description:
        'OAuth 2.0 and OpenID Connect provider. Paths under /admin are on the admin listener, all others on the public one.',
      license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
    },
    tags: [
      { name: 'admin', description: 'For operators and the login and consent app; never for the internet.' },
      { name: 'public', description: 'For relying parties, devices and browsers.' },
    ],
    paths,
    components: { schemas: { ...schemas, ...errorSchemas(manner) }, securitySchemes },
  };
}
