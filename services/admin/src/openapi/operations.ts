// Health, version, metrics and this document in the OpenAPI document.
import type { Operation } from './operation.js';
import { answer } from './operation.js';
import type { Schema } from './schema.js';
import { freeObject, object, oneOf, ref, text } from './schema.js';

export const operationSchemas: Readonly<Record<string, Schema>> = {
  healthStatus: object({ status: oneOf('ok') }),
  healthNotReadyStatus: object({ errors: { type: 'object', additionalProperties: text } }),
  version: object({ version: text }),
};

export const operatingOperations: readonly Operation[] = [
  {
    id: 'isAlive',
    method: 'get',
    path: '/admin/health/alive',
    summary: 'Whether the process answers',
    answers: { 200: answer('It does', ref('healthStatus')) },
  },
  {
    id: 'isReady',
    method: 'get',
    path: '/admin/health/ready',
    summary: 'Whether the service and all it needs work',
    answers: { 200: answer('They do', ref('healthStatus')), 503: answer('They do not', ref('healthNotReadyStatus')) },
  },
  {
    id: 'getVersion',
    method: 'get',
    path: '/admin/version',
    summary: 'Which version this is',
    answers: { 200: answer('The version', ref('version')) },
  },
  {
    id: 'getMetrics',
    method: 'get',
    path: '/admin/metrics/prometheus',
    summary: 'Metrics in Prometheus’ text format',
    answers: { 200: { description: 'The metrics', schema: text, contentType: 'text/plain' } },
  },
  {
    id: 'getOpenApi',
    method: 'get',
    path: '/admin/openapi.json',
    summary: 'This document',
    answers: { 200: answer('OpenAPI 3.1', freeObject) },
  },
];
