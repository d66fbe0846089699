// Logs and traces.
import { z } from 'zod';
import { flag, oneOf, text, url } from '../fields.js';

export const log = () =>
  z
    .strictObject({
      level: oneOf(['trace', 'debug', 'info', 'warn', 'error', 'fatal'], {
        description: 'Least severe level that is logged.',
      }).default('info'),
    })
    .prefault({});

const ratio = (description: string) =>
  z
    .preprocess((value) => (typeof value === 'string' ? Number(value) : value), z.number().min(0).max(1))
    .meta({ description });

const otlp = () =>
  z
    .strictObject({
      server_url: text({
        description: 'Collector as `host:port`, used with tracing.provider otel; spans go to its /v1/traces.',
      })
        .refine(
          (value) => URL.canParse(/^https?:\/\//.test(value) ? value : `https://${value}`),
          'must be host:port, or an http or https URL',
        )
        .optional(),
      insecure: flag({ description: 'Speak plain HTTP with tracing.providers.otlp.server_url.' }).default(false),
      sampling: z
        .strictObject({
          sampling_ratio: ratio(
            'Share of requests traced when the caller does not say, with tracing.providers.otlp.server_url; by default tracing.sample_ratio.',
          ).optional(),
        })
        .prefault({}),
      authorization_header: text({
        description: 'Sent to the collector as the header Authorization.',
        secret: true,
      }).optional(),
    })
    .prefault({});

export const tracing = () =>
  z
    .strictObject({
      otlp_endpoint: url({
        description: 'OTLP/HTTP endpoint for traces; without it, and without one in Hydra’s words, nothing is traced.',
      }).optional(),
      sample_ratio: ratio('Share of requests traced when the caller does not say.').default(0.01),
      trust_public_callers: flag({
        description:
          'Whether the public listener continues traces of its callers (W3C or B3) and does as they say; off, it begins its own and decides alone.',
      }).default(true),
      service_name: text({
        description: 'Services are called by it in traces, each with its own name behind.',
      }).default('cardea'),
      deployment_environment: text({
        description: 'Told with each span, as `deployment.environment.name`.',
      }).optional(),
      provider: oneOf(['otel', 'jaeger', 'zipkin'], {
        description:
          'With `otel`, traces go where tracing.providers.otlp says. Of the others only OTLP is spoken: use tracing.otlp_endpoint.',
      }).optional(),
      providers: z.strictObject({ otlp: otlp() }).prefault({}),
    })
    .prefault({});
