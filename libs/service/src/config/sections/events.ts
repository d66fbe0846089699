// The audit stream: which events, and where they go (docs/events.md).
import { z } from 'zod';
import { eventTypesOf } from '../../events/event-types.js';
import { flag, list, text, url } from '../fields.js';

const typesFacts = {
  description:
    'Which events sinks get, and which of the busy ones are kept at all: names of docs/events.md, or beginnings with a `*`. By default all where there is a sink, and without one only those that are kept anyway.',
};

export const events = () =>
  z
    .strictObject({
      types: list(typesFacts)
        .superRefine((patterns, context) => {
          const wrong = patterns.find((pattern) => eventTypesOf([pattern]) === undefined);
          if (wrong !== undefined)
            context.addIssue({ code: 'custom', message: `names no event: ${wrong} (see docs/events.md)` });
        })
        .meta(typesFacts)
        .optional(),
      stdout: flag({
        description: 'Whether workers write events to their standard output, a line each, beside their log.',
      }).default(false),
      file: text({
        description: 'File that workers append events to, a line each; begun anew after somebody has renamed it.',
      }).optional(),
      // The worker alone needs both: the others know no secret of it.
      webhook: z
        .strictObject({
          url: url({
            description: 'Where workers post events in batches (`application/cloudevents-batch+json`).',
          }).optional(),
          secret: text({
            description:
              'Signs what is posted, as Standard Webhooks says; `whsec_…` is base64. Needed with events.webhook.url.',
            secret: true,
          }).optional(),
        })
        .prefault({}),
      pseudonym_key: text({
        description:
          'Adds a keyed hash of the person (`person`) to events that are about one, made with this key: who has it can tell whose they are. Without it events say nothing of persons.',
        secret: true,
      }).optional(),
    })
    .prefault({});
