// Who may use the admin API, and for what: API keys, client certificates, and JWTs of an issuer one trusts (security §2.5).
import { z } from 'zod';
import { text, url } from '../fields.js';

/** What callers of the admin API may be; `services/admin/src/authentication/roles.ts` says what each may do. */
export const adminRoles = [
  'login-ui',
  'introspector',
  'operator',
  'client-operator',
  'key-operator',
  'auditor',
] as const;

const roles = () => z.array(z.enum(adminRoles, `must be among ${adminRoles.join(', ')}`)).min(1);

/** A list of objects; an environment variable gives it as JSON. */
const listOf = <T extends z.ZodType>(entry: T, facts: { description: string }) =>
  z
    .preprocess((value) => {
      if (typeof value !== 'string') return value;
      try {
        return JSON.parse(value) as unknown;
      } catch {
        return value;
      }
    }, z.array(entry))
    .meta(facts);

const apiKey = () =>
  z.strictObject({
    name: z.string().min(1).max(100),
    hash: z
      .string()
      .regex(
        /^sha256:[0-9a-f]{64}$/,
        'must be the hash that `cardea admin-key create` prints: sha256: and 64 hex digits',
      ),
    roles: roles(),
  });

/** Whether what is sent there can be read on the way. */
function crossesInTheClear(address: string | undefined): boolean {
  if (address === undefined || !URL.canParse(address)) return false;
  const { protocol, hostname } = new URL(address);
  return protocol !== 'https:' && !/^(?:localhost|127(?:\.\d{1,3}){3}|\[::1\])$/.test(hostname);
}

/** Without any of them the admin API listens on loopback and unix sockets only. */
export const authentication = () =>
  z
    .strictObject({
      api_keys: listOf(apiKey(), {
        description:
          'API keys, sent as bearer tokens: `[{name, hash, roles}]`. `cardea admin-key create` makes one; only its hash is kept.',
      }).default([]),
      mtls: z
        .strictObject({
          ca_file: text({
            description: 'PEM file with the certificate authority of callers; needs serve.admin.tls.',
          }).optional(),
          names: listOf(z.strictObject({ name: z.string().min(1), roles: roles() }), {
            description: 'URI or DNS names of client certificates and their roles: `[{name, roles}]`.',
          }).default([]),
        })
        .prefault({}),
      jwt: z
        .strictObject({
          issuer: text({
            description: 'Issuer whose JWTs are taken as bearer tokens, such as that of Kubernetes service accounts.',
          }).optional(),
          audience: text({ description: 'What must stand in `aud` of such a JWT.' }).optional(),
          jwks_url: url({ description: 'Where the issuer publishes its keys.' }).optional(),
          jwks_file: text({ description: 'File with the keys of the issuer, read anew when it changes.' }).optional(),
          ca_file: text({ description: 'PEM file with the certificate authority of `jwks_url`.' }).optional(),
          token_file: text({
            description:
              'File with a token to send to `jwks_url`, read anew each time: a Kubernetes API server wants one of whoever asks.',
          }).optional(),
          subjects: listOf(z.strictObject({ subject: z.string().min(1), roles: roles() }), {
            description: 'Subjects and their roles: `[{subject, roles}]`.',
          }).default([]),
        })
        .prefault({}),
    })
    .refine(({ mtls }) => (mtls.ca_file === undefined) === (mtls.names.length === 0), {
      message: 'needs ca_file and names together',
      path: ['mtls'],
    })
    .refine(
      ({ jwt: { issuer, audience, jwks_url, jwks_file, subjects } }) => {
        const said = [issuer, audience, jwks_url ?? jwks_file].filter((setting) => setting !== undefined).length;
        return said === 0 ? subjects.length === 0 : said === 3 && subjects.length > 0 && !(jwks_url && jwks_file);
      },
      { message: 'needs issuer, audience, subjects, and one of jwks_url and jwks_file', path: ['jwt'] },
    )
    .refine(({ jwt: { jwks_url, token_file } }) => token_file === undefined || !crossesInTheClear(jwks_url), {
      message: 'must not be set where jwks_url is http beyond loopback: the token would cross the network in the clear',
      path: ['jwt', 'token_file'],
    })
    .prefault({});
