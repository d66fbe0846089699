// Goes through an authorization request as the gateway does, by the same rules, but to the end: each step says how it is
// (RFC 6749 §4.1.1, OpenID Connect Core §3.1.2.1).
import {
  audienceAllowed,
  carriesTokens,
  grantTypesNeeded,
  isPublicClient,
  parseClaimsRequest,
  parsePrompt,
  parseResponseType,
  readClient,
  readCodeChallenge,
  redirectUriIsInsecure,
  responseTypeRegistered,
  scopeAllowed,
} from '@cardea/oauth';
import type { Json } from '../api/client.js';
import type { Finding } from '../findings/finding.js';
import { note, ok, warning, wrong } from '../findings/finding.js';
import { explainRedirectUri } from './redirect-uri.js';

/** Of these each may come once; `audience` and `resource` may repeat. */
const repeatable = new Set(['audience', 'resource']);

type ClientDocument = ReturnType<typeof readClient>['client'];

/** @param json the client as the admin API shows it @returns a finding a step, in the order of the gateway */
export function explainAuthorizationRequest(parameters: URLSearchParams, json: Json): Finding[] {
  const { client } = readClient(json);
  const name = client.clientId;
  return [
    ok('client', `${name} is registered${client.clientName === '' ? '' : ` as ${JSON.stringify(client.clientName)}`}`),
    ...repeated(parameters),
    explainRedirectUri(client.redirectUris, parameters.get('redirect_uri') ?? undefined, name),
    ...insecure(parameters),
    ...responseType(parameters, client),
    ...scopes(parameters, client),
    ...audiences(parameters, client),
    ...state(parameters),
    ...nonce(parameters),
    ...proof(parameters, client),
    ...judged('prompt', () => parsePrompt(parameters.get('prompt') ?? undefined), 'prompt'),
    ...judged('claims', () => parseClaimsRequest(parameters.get('claims') ?? undefined), 'claims'),
  ];
}

const words = (text: string | null): string[] => (text ?? '').split(' ').filter((word) => word !== '');
const flags = (flag: string, values: readonly string[]) => values.map((value) => `--${flag} ${value}`).join(' ');

function repeated(parameters: URLSearchParams): Finding[] {
  const twice = [...new Set(parameters.keys())].filter(
    (name) => !repeatable.has(name) && parameters.getAll(name).length > 1,
  );
  if (twice.length === 0) return [];
  return [
    wrong('parameters', `${twice.join(', ')} came more than once`, {
      why: 'nobody can say which one is meant, so the request is refused (RFC 6749 §3.1)',
      fix: 'send each once; scopes are one parameter, with spaces between them',
    }),
  ];
}

function insecure(parameters: URLSearchParams): Finding[] {
  const uri = parameters.get('redirect_uri') ?? '';
  if (!redirectUriIsInsecure(uri)) return [];
  return [
    wrong('redirect scheme', `${uri} is plain http to another machine`, {
      why: 'whoever listens on the way reads the code',
      decides: 'dev (true lets it pass, on a machine for development)',
      fix: 'serve the callback over https',
    }),
  ];
}

function responseType(parameters: URLSearchParams, client: ClientDocument): Finding[] {
  const text = parameters.get('response_type') ?? '';
  const asked = parseResponseType(text);
  if (asked === undefined) {
    const says = text === '' ? 'response_type is missing' : `${JSON.stringify(text)} is no response type`;
    return [wrong('response_type', says, { fix: 'send response_type=code' })];
  }
  const found: Finding[] = [];
  const registered = client.responseTypes.length === 0 ? ['code'] : client.responseTypes;
  if (responseTypeRegistered(registered, asked)) found.push(ok('response_type', `${text} is registered`));
  else {
    found.push(
      wrong('response_type', `the client is registered for ${registered.join(' | ')}, not for ${text}`, {
        decides: 'response_types of the client',
        fix: `cardea update client ${client.clientId} ${flags(
          'response-type',
          [...registered, text].map((type) => JSON.stringify(type)),
        )}`,
      }),
    );
  }
  const allowed = client.grantTypes.length === 0 ? ['authorization_code'] : client.grantTypes;
  const missing = grantTypesNeeded(asked).filter((type) => !allowed.includes(type));
  if (missing.length > 0) {
    found.push(
      wrong('grant types', `the client may not use ${missing.join(', ')}`, {
        decides: 'grant_types of the client',
        fix: `cardea update client ${client.clientId} ${flags('grant-type', [...allowed, ...missing])}`,
      }),
    );
  }
  if (carriesTokens(asked)) {
    found.push(
      warning('front channel', `${text} brings tokens through the browser`, {
        why: 'they end in histories and logs; OAuth 2.1 has no such answers, and profile: oauth21 refuses them',
        fix: 'response_type=code with PKCE',
      }),
    );
    if (parameters.get('response_mode') === 'query') {
      found.push(wrong('response_mode', 'tokens do not travel in a query', { fix: 'leave response_mode away' }));
    }
  }
  return found;
}

function scopes(parameters: URLSearchParams, client: ClientDocument): Finding[] {
  const asked = words(parameters.get('scope'));
  const registered = words(client.scope);
  const refused = asked.filter((scope) => !scopeAllowed(registered, scope, 'wildcard'));
  const found: Finding[] = [];
  if (refused.length > 0) {
    found.push(
      wrong('scope', `the client may not ask for ${refused.join(', ')}; it may for ${registered.join(', ')}`, {
        decides: 'scope of the client, and strategies.scope',
        fix: `cardea update client ${client.clientId} --scope ${[...registered, ...refused].join(',')}`,
      }),
    );
  } else found.push(ok('scope', asked.length === 0 ? 'none is asked for' : asked.join(' ')));
  if (!asked.includes('openid')) {
    found.push(note('ID token', 'none will come, for scope has no openid', { fix: 'add openid to scope' }));
  }
  if (!asked.includes('offline') && !asked.includes('offline_access')) {
    found.push(
      note('refresh token', 'none will come, for scope has neither offline_access nor offline', {
        decides: 'scope here, and what the consent app grants',
        fix: 'add offline_access to scope, and refresh_token to grant_types of the client',
      }),
    );
  } else if (client.grantTypes.length > 0 && !client.grantTypes.includes('refresh_token')) {
    found.push(
      warning('refresh token', 'it is asked for, but the client may not use it', {
        decides: 'grant_types of the client',
        fix: `cardea update client ${client.clientId} ${flags('grant-type', [...client.grantTypes, 'refresh_token'])}`,
      }),
    );
  }
  return found;
}

function audiences(parameters: URLSearchParams, client: ClientDocument): Finding[] {
  const refused = parameters
    .getAll('audience')
    .flatMap(words)
    .filter((audience) => !audienceAllowed(client.audience, audience));
  if (refused.length === 0) return [];
  return [
    wrong('audience', `the client may not ask for ${refused.join(', ')}`, {
      decides: 'audience of the client',
      fix: `cardea update client ${client.clientId} ${flags('audience', [...client.audience, ...refused])}`,
    }),
  ];
}

function state(parameters: URLSearchParams): Finding[] {
  const text = parameters.get('state') ?? '';
  const why = 'it is how a client knows that the answer belongs to this browser';
  if (text === '')
    return [note('state', 'there is none', { why, fix: 'send a random one, and compare it in the callback' })];
  if (text.length >= 8) return [ok('state', `${String(text.length)} characters`)];
  return [
    note('state', 'it is short: Hydra, and profile: hydra-compat, want 8 characters', { why, fix: 'make it longer' }),
  ];
}

function nonce(parameters: URLSearchParams): Finding[] {
  const asked = parseResponseType(parameters.get('response_type') ?? '') ?? [];
  if (!asked.includes('id_token') || (parameters.get('nonce') ?? '') !== '') return [];
  return [
    wrong('nonce', 'it is missing, and an ID token comes through the browser', {
      why: 'without it somebody can put in an ID token from elsewhere (OpenID Connect Core §3.2.2.1)',
      fix: 'send a random nonce, and compare it with the one in the ID token',
    }),
  ];
}

function proof(parameters: URLSearchParams, client: ClientDocument): Finding[] {
  const codes = (parseResponseType(parameters.get('response_type') ?? '') ?? []).includes('code');
  const pair = new Map([...parameters].filter(([name]) => name.startsWith('code_challenge')));
  const found = judged('PKCE', () => readCodeChallenge(pair), 'code_challenge and code_challenge_method');
  if (found.length > 0 || !codes) return found;
  if (pair.size > 0) return [ok('PKCE', 'a code_challenge with S256')];
  const open = isPublicClient(client);
  return [
    warning('PKCE', open ? 'there is none, and the client has no secret either' : 'there is none', {
      why: 'a stolen code can be redeemed by whoever has it (RFC 9700 §2.1.1)',
      decides: 'oauth2.pkce.enforced, oauth2.pkce.enforced_for_public_clients',
      fix: 'send code_challenge and code_challenge_method=S256; every client library can',
    }),
  ];
}

/** The rule's own words for what it refuses. */
function judged(about: string, rule: () => unknown, decides: string): Finding[] {
  try {
    rule();
    return [];
  } catch (error) {
    return [wrong(about, (error as Error).message.replace(/\.$/, ''), { decides })];
  }
}
