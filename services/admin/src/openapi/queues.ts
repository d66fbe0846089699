// The workers' queues in the OpenAPI document.
import type { Operation } from './operation.js';
import { answer, page, pageQuery } from './operation.js';
import type { Schema } from './schema.js';
import { described, instant, nullable, object, oneOf, ref, text, whole } from './schema.js';

const states = ['waiting', 'active', 'delayed', 'completed', 'failed'] as const;
const counted = (description: string): Schema => described(object({ count: whole }), description);

export const queueSchemas: Readonly<Record<string, Schema>> = {
  jobQueue: object({ name: text, counts: object(Object.fromEntries(states.map((state) => [state, whole]))) }),
  job: object({
    id: text,
    name: text,
    state: nullable({ type: 'string' }),
    data: described({ type: 'object', additionalProperties: text }, 'Ids only.'),
    attempts: whole,
    failed_reason: nullable(text),
    created_at: nullable(instant),
    started_at: nullable(instant),
    finished_at: nullable(instant),
  }),
};

const base = '/admin/queues';

export const queueOperations: readonly Operation[] = [
  {
    id: 'listQueues',
    method: 'get',
    path: base,
    summary: 'List the queues of the workers, with their jobs by state',
    answers: { 200: answer('All queues', { type: 'array', items: ref('jobQueue') }) },
  },
  {
    id: 'listJobs',
    method: 'get',
    path: `${base}/{queue}/jobs`,
    summary: 'List jobs of a queue, the newest first; dead letters when no state is said',
    query: { ...pageQuery, state: oneOf(...states) },
    answers: { 200: page('A page of jobs', ref('job')) },
  },
  {
    id: 'getJob',
    method: 'get',
    path: `${base}/{queue}/jobs/{id}`,
    summary: 'Read one job',
    answers: { 200: answer('The job', ref('job')) },
  },
  {
    id: 'retryJob',
    method: 'post',
    path: `${base}/{queue}/jobs/{id}/retry`,
    summary: 'Have a job that failed tried again',
    answers: { 202: answer('It will be', counted('How many will be.')) },
  },
  {
    id: 'retryFailedJobs',
    method: 'post',
    path: `${base}/{queue}/retry`,
    summary: 'Have every job of a queue that failed tried again',
    answers: { 202: answer('They will be', counted('How many will be.')) },
  },
  {
    id: 'drainFailedJobs',
    method: 'post',
    path: `${base}/{queue}/drain`,
    summary: 'Forget every job of a queue that failed',
    answers: { 200: answer('They are forgotten', counted('How many were.')) },
  },
];
