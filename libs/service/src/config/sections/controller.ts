// The controller of clients that are Kubernetes resources: whose resources, where the API server is, where the admin API is.
import { z } from 'zod';
import { duration, flag, list, text, url } from '../fields.js';

/** API groups whose `oauth2clients` are served: Hydra's, as hydra-maester knew them, and our own. */
const resourceGroups = ['hydra.ory.sh', 'cardea.dev'] as const;

const groups = {
  description: `API groups whose \`oauth2clients\` (v1alpha1) are served: ${resourceGroups.join(', ')}.`,
};

const account = '/var/run/secrets/kubernetes.io/serviceaccount';

export const controller = () =>
  z
    .strictObject({
      groups: list(groups)
        .refine((named) => named.length > 0 && named.every((name) => resourceGroups.some((group) => group === name)), {
          message: `must be among ${resourceGroups.join(', ')}`,
        })
        .meta(groups)
        .default([...resourceGroups]),
      namespaces: list({
        description: 'Namespaces whose resources are served; none means those of the whole cluster.',
      }).default([]),
      resync_period: duration({
        description: 'How often every client is compared with its resource, whether or not anything was heard of it.',
      }).prefault('5m'),
      ignore_hydra_admin: flag({
        description:
          'Serve resources that name another server in `spec.hydraAdmin` as if they did not. Off, they are refused: the credential of this one is not sent elsewhere.',
      }).default(false),
      secret_keys: z
        .strictObject({
          id: text({ description: 'Key of a client’s id in its Secret.' }).default('CLIENT_ID'),
          secret: text({ description: 'Key of a client’s secret in its Secret.' }).default('CLIENT_SECRET'),
        })
        .prefault({}),
      admin: z
        .strictObject({
          url: url({ description: 'Where the admin API is.' }).default('http://127.0.0.1:4445'),
          ca_file: text({ description: 'PEM file with the certificate authority of the admin API.' }).optional(),
          token_file: text({
            description: 'File with the bearer token for the admin API, read anew each time.',
          }).optional(),
        })
        .prefault({}),
      kubernetes: z
        .strictObject({
          url: url({ description: 'Where the API server of the cluster is.' }).default(
            'https://kubernetes.default.svc',
          ),
          ca_file: text({ description: 'PEM file with the certificate authority of the API server.' }).default(
            `${account}/ca.crt`,
          ),
          token_file: text({
            description: 'File with the bearer token for the API server, read anew each time.',
          }).default(`${account}/token`),
        })
        .prefault({}),
    })
    .prefault({});
