// Logs and traces.
import { z } from 'zod';
import { oneOf, url } from '../fields.js';

export const log = z
  .strictObject({
    level: oneOf(['trace', 'debug', 'info', 'warn', 'error', 'fatal'], {
      description: 'Least severe level that is logged.',
    }).default('info'),
  })
  .prefault({});

export const tracing = z
  .strictObject({
    otlp_endpoint: url({ description: 'OTLP/HTTP endpoint for traces; unset means no tracing.' }).optional(),
    sample_ratio: z
      .preprocess((value) => (typeof value === 'string' ? Number(value) : value), z.number().min(0).max(1))
      .meta({ description: 'Share of requests traced when the caller does not say.' })
      .default(0.01),
  })
  .prefault({});
