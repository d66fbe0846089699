// How PostgreSQL is reached, beside where it is.
import { z } from 'zod';
import { postgresHosts } from '../../postgres/hosts.js';
import type { FieldFacts } from '../fields.js';
import { location, oneOf } from '../fields.js';

/** A URL that may name several servers. */
const postgresUrl = (facts: FieldFacts) =>
  location(['postgres', 'postgresql'], facts)
    .superRefine((value, context) => {
      try {
        postgresHosts(value);
      } catch (error) {
        context.addIssue({ code: 'custom', message: (error as Error).message });
      }
    })
    .meta(facts);

export const dsn = () =>
  postgresUrl({
    description:
      'PostgreSQL connection URL; there is no other database. It may name several servers, as in `postgres://cardea@a:5432,b:5432/cardea`: the one that takes writes is used.',
    secret: true,
  }).optional();

export const database = () =>
  z
    .strictObject({
      pooler: oneOf(['none', 'transaction'], {
        description:
          'What stands between the services and PostgreSQL. `transaction`: a pooler such as pgbouncer in transaction mode; nothing is left on a connection between transactions then (docs/scaling.md).',
      }).default('none'),
      listen_dsn: postgresUrl({
        description:
          'PostgreSQL connection URL that goes around a pooler, to hear of changes at once. By default dsn, and with `database.pooler: transaction` nothing: changes are noticed within a second or two then.',
        secret: true,
      }).optional(),
    })
    .prefault({});
