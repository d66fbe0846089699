// The flags that describe a client: one table of Hydra's flags and ours, their members, and what `create` says without them.
import type { Command } from 'commander';
import { InvalidArgumentError, Option } from 'commander';
import { repeatable, words } from '../api-command.js';
import { readOrFail } from '../api/endpoint.js';
import { Failure } from '../failure.js';

type Kind = 'text' | 'list' | 'uris' | 'scope' | 'flag' | 'json';

interface ClientFlag {
  readonly flag: string;
  readonly member: string;
  readonly kind: Kind;
  readonly help: string;
  /** What a new client gets when neither flag nor file says it. */
  readonly initially?: string | readonly string[];
}

const flags: readonly ClientFlag[] = [
  { flag: 'name', member: 'client_name', kind: 'text', help: 'what people see' },
  { flag: 'grant-type', member: 'grant_types', kind: 'list', help: 'grant types', initially: ['authorization_code'] },
  { flag: 'response-type', member: 'response_types', kind: 'list', help: 'response types', initially: ['code'] },
  { flag: 'redirect-uri', member: 'redirect_uris', kind: 'uris', help: 'where browsers may come back to' },
  { flag: 'scope', member: 'scope', kind: 'scope', help: 'scopes it may ask for' },
  { flag: 'audience', member: 'audience', kind: 'list', help: 'audiences it may ask for' },
  {
    flag: 'token-endpoint-auth-method',
    member: 'token_endpoint_auth_method',
    kind: 'text',
    help: 'client_secret_basic, client_secret_post, client_secret_jwt, private_key_jwt, or none for a public client',
    initially: 'client_secret_basic',
  },
  {
    flag: 'secret',
    member: 'client_secret',
    kind: 'text',
    help: 'its secret; better --secret-file, or none: one is made',
  },
  { flag: 'owner', member: 'owner', kind: 'text', help: 'whom it belongs to' },
  { flag: 'contact', member: 'contacts', kind: 'list', help: 'whom to write to' },
  { flag: 'metadata', member: 'metadata', kind: 'json', help: 'JSON of your own' },
  { flag: 'subject-type', member: 'subject_type', kind: 'text', help: 'public or pairwise', initially: 'public' },
  { flag: 'sector-identifier-uri', member: 'sector_identifier_uri', kind: 'text', help: 'sector of pairwise subjects' },
  { flag: 'jwks-uri', member: 'jwks_uri', kind: 'text', help: 'where its public keys are' },
  { flag: 'request-uri', member: 'request_uris', kind: 'uris', help: 'where its request objects may be' },
  {
    flag: 'request-object-signing-alg',
    member: 'request_object_signing_alg',
    kind: 'text',
    help: 'the only algorithm its request objects may have; without it, any that a key of its fits',
  },
  {
    flag: 'token-endpoint-auth-signing-alg',
    member: 'token_endpoint_auth_signing_alg',
    kind: 'text',
    help: 'the only algorithm by which it may sign who it is; without it, any that a key of its fits',
  },
  {
    flag: 'id-token-signed-response-alg',
    member: 'id_token_signed_response_alg',
    kind: 'text',
    help: 'how its ID tokens are signed; without it, by the newest key',
  },
  {
    flag: 'access-token-signed-response-alg',
    member: 'access_token_signed_response_alg',
    kind: 'text',
    help: 'how its JWT access tokens are signed; without it, by the newest key',
  },
  {
    flag: 'userinfo-signed-response-alg',
    member: 'userinfo_signed_response_alg',
    kind: 'text',
    help: 'how userinfo is signed for it; none: plain JSON',
  },
  {
    flag: 'id-token-encrypted-response-alg',
    member: 'id_token_encrypted_response_alg',
    kind: 'text',
    help: 'encrypt its ID tokens, with a key of its that fits this algorithm',
  },
  {
    flag: 'id-token-encrypted-response-enc',
    member: 'id_token_encrypted_response_enc',
    kind: 'text',
    help: 'and by this for the content',
  },
  {
    flag: 'userinfo-encrypted-response-alg',
    member: 'userinfo_encrypted_response_alg',
    kind: 'text',
    help: 'encrypt userinfo, with a key of its that fits this algorithm',
  },
  {
    flag: 'userinfo-encrypted-response-enc',
    member: 'userinfo_encrypted_response_enc',
    kind: 'text',
    help: 'and by this for the content',
  },
  { flag: 'policy-uri', member: 'policy_uri', kind: 'text', help: 'its privacy policy' },
  { flag: 'tos-uri', member: 'tos_uri', kind: 'text', help: 'its terms of service' },
  { flag: 'client-uri', member: 'client_uri', kind: 'text', help: 'its home page' },
  { flag: 'logo-uri', member: 'logo_uri', kind: 'text', help: 'its logo' },
  { flag: 'allowed-cors-origin', member: 'allowed_cors_origins', kind: 'list', help: 'origins of its browser code' },
  {
    flag: 'post-logout-callback',
    member: 'post_logout_redirect_uris',
    kind: 'uris',
    help: 'where browsers may go after a logout',
  },
  { flag: 'skip-consent', member: 'skip_consent', kind: 'flag', help: 'a hint to the consent app: do not ask' },
  { flag: 'skip-logout-consent', member: 'skip_logout_consent', kind: 'flag', help: 'log out without asking' },
  { flag: 'access-token-strategy', member: 'access_token_strategy', kind: 'text', help: 'opaque or jwt' },
  {
    flag: 'backchannel-logout-callback',
    member: 'backchannel_logout_uri',
    kind: 'text',
    help: 'where it is told of logouts',
  },
  {
    flag: 'backchannel-logout-session-required',
    member: 'backchannel_logout_session_required',
    kind: 'flag',
    help: 'tell it the session id as well',
  },
  {
    flag: 'frontchannel-logout-callback',
    member: 'frontchannel_logout_uri',
    kind: 'text',
    help: 'what browsers load at a logout',
  },
  {
    flag: 'frontchannel-logout-session-required',
    member: 'frontchannel_logout_session_required',
    kind: 'flag',
    help: 'with issuer and session id',
  },
  {
    flag: 'logout-revokes-tokens',
    member: 'logout_revokes_tokens',
    kind: 'flag',
    help: 'its tokens end with the login session they were issued in; without it, as the server is set',
  },
];

const argumentOf: Readonly<Record<Kind, string>> = {
  text: '<text>',
  list: '<a,b>',
  uris: '<uri>',
  scope: '<a,b>',
  flag: '[true|false]',
  json: '<json>',
};

const readers: Readonly<Record<Kind, (value: string, before?: readonly string[]) => unknown>> = {
  text: (value) => value,
  // An empty word empties the list.
  list: words,
  // An address may have commas in it.
  uris: (value, before) => (value === '' ? (before ?? []) : repeatable(value, before)),
  scope: (value, before) => words(value.replace(/\s+/g, ','), before),
  flag(value) {
    if (value !== 'true' && value !== 'false') throw new InvalidArgumentError('It must be true or false.');
    return value === 'true';
  },
  json(value) {
    try {
      return JSON.parse(value) as unknown;
    } catch {
      throw new InvalidArgumentError(`It must be JSON, such as '{"team":"shop"}'.`);
    }
  },
};

const camel = (flag: string): string => flag.replace(/-(\w)/g, (_, letter: string) => letter.toUpperCase());

/** @param creating whether the defaults are worth telling */
export function withClientFlags(command: Command, creating: boolean): Command {
  for (const { flag, kind, help, initially } of flags) {
    const told = creating && initially !== undefined ? `${help} (default: ${[initially].flat().join(',')})` : help;
    const option = new Option(`--${flag} ${argumentOf[kind]}`, told).argParser(readers[kind] as never);
    command.addOption(kind === 'flag' ? option.preset('true') : option);
  }
  return command.option('--secret-file <file>', 'file that holds its secret');
}

/** The members that flags name, as the API wants them. @throws {Failure} when the file of the secret cannot be read */
export function membersOf(options: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const members: Record<string, unknown> = {};
  for (const { flag, member, kind } of flags) {
    const value = options[camel(flag)];
    if (value !== undefined) members[member] = kind === 'scope' ? (value as string[]).join(' ') : value;
  }
  const file = options['secretFile'];
  if (typeof file === 'string') {
    if ('client_secret' in members) throw new Failure('--secret and --secret-file cannot both be given: leave one out');
    members['client_secret'] = readOrFail(file).toString('utf8').trim();
  }
  return members;
}

/** What a new client is where nobody says otherwise. */
export const initially: Readonly<Record<string, unknown>> = Object.fromEntries(
  flags.flatMap(({ member, initially: value }) => (value === undefined ? [] : [[member, value]])),
);
