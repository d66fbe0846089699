// Finds out about the thing somebody has in hand, asking both APIs what they know; nothing is changed by asking.
import type { Session } from '../api-command.js';
import type { Api, Json } from '../api/client.js';
import { Failure } from '../failure.js';
import type { Finding } from '../findings/finding.js';
import { note, ok, warning, wrong } from '../findings/finding.js';
import { discover, signingKeys } from '../perform/discovery.js';
import { explainAuthorizationRequest } from './authorization-request.js';
import { errorIdIn, explainAuthorizationResponse } from './authorization-response.js';
import { explainChallenge } from './challenge.js';
import { explainError } from './explain-error.js';
import { explainErrorId, explainLogLine, linesWith } from './log-lines.js';
import { recognise } from './recognise.js';
import { explainIntrospection, explainJwt } from './token.js';

export interface ExplainOptions {
  readonly adminEndpoint?: string;
  readonly log?: readonly string[];
}

export interface Explanation {
  readonly title: string;
  readonly findings: readonly Finding[];
}

/** @throws {Failure} for what nobody can tell, or when an API cannot be asked */
export async function explain(session: Session, options: ExplainOptions, text: string): Promise<Explanation> {
  const open = session.api;
  const admin = session.other('admin', options.adminEndpoint);
  const thing = recognise(text);
  switch (thing.kind) {
    case 'authorization request':
      return {
        title: `An authorization request to ${thing.url.host}.`,
        findings: await request(open, admin, thing.url),
      };
    case 'authorization response': {
      const issuer = await discover(open);
      return {
        title: `The answer to an authorization request, at ${thing.url.origin}${thing.url.pathname}.`,
        findings: [
          ...explainAuthorizationResponse(thing.parameters, issuer),
          ...explainErrorId(errorIdIn(thing.parameters), options.log),
        ],
      };
    }
    case 'challenge':
      return explainChallenge(admin, thing.challenge, thing.of);
    case 'error':
      return {
        title: `The error ${thing.code}.`,
        findings: [...explainError(thing.code, thing.said), ...explainErrorId(thing.id, options.log)],
      };
    case 'log line':
      return { title: 'A line of a log.', findings: explainLogLine(thing.line) };
    case 'error id': {
      const lines = linesWith(thing.id, options.log ?? []);
      return { title: `The error with the id ${thing.id}.`, findings: lines.flatMap(explainLogLine) };
    }
    case 'JWT': {
      const [issuer, keys] = [await discover(open), await signingKeys(open)];
      const findings = explainJwt(thing.token, keys, issuer.issuer, Date.now());
      return { title: 'A JSON Web Token.', findings };
    }
    case 'token':
      return { title: `An ${thing.of}.`, findings: await opaque(admin, thing) };
    case 'nothing known':
      throw new Failure(
        'this is nothing that can be explained: give an authorization URL, a callback URL, an error or error id, a token, a challenge, or `-` and one of them on standard input',
      );
  }
}

async function request(open: Api, admin: Api, url: URL): Promise<Finding[]> {
  const { authorizationEndpoint } = await discover(open);
  const endpoint = new URL(authorizationEndpoint);
  const clientId = url.searchParams.get('client_id') ?? '';
  const client = await clientCalled(admin, clientId);
  const steps = [
    endpointOf(url, endpoint),
    ...(client === undefined
      ? [
          wrong('client', clientId === '' ? 'client_id is missing' : `there is no client ${clientId}`, {
            decides: 'client_id',
            fix: '`cardea list clients` shows those there are; `cardea create client --id …` makes one',
          }),
        ]
      : explainAuthorizationRequest(url.searchParams, client)),
  ];
  const verdict = await verdictOf(open, url);
  // A step that is wrong has said already what to do; the server's general advice would lead back here.
  const { verdict: how, about, says } = verdict;
  return [...steps, steps.some((step) => step.verdict === 'wrong') ? { verdict: how, about, says } : verdict];
}

function endpointOf(url: URL, endpoint: URL): Finding {
  const asked = `${url.origin}${url.pathname}`;
  const right = `${endpoint.origin}${endpoint.pathname}`;
  if (asked === right) return ok('endpoint', right);
  return wrong('endpoint', `the browser is sent to ${asked}, but the authorization endpoint is ${right}`, {
    why: 'cookies are kept by host name: a login that begins at one name and ends at another has lost them',
    decides: 'urls.self.issuer, urls.self.public',
    fix: `use ${right}, which discovery names`,
  });
}

async function clientCalled(admin: Api, id: string): Promise<Json | undefined> {
  if (id === '') return undefined;
  const answer = await admin.raw('GET', `/admin/clients/${encodeURIComponent(id)}`);
  if (answer.status === 404) return undefined;
  return (await admin.call('GET', `/admin/clients/${encodeURIComponent(id)}`)) as Json;
}

/** The first leg writes nothing: it answers with a redirect, to the login page or with an error. */
async function verdictOf(open: Api, url: URL): Promise<Finding> {
  const about = 'the server says';
  const query = Object.fromEntries(url.searchParams);
  const { status, headers, text } = await open.raw('GET', '/oauth2/auth', { query });
  const location = headers.location;
  if (location === undefined) return warning(about, `HTTP ${String(status)} ${text.slice(0, 200)}`);
  const target = URL.canParse(location) ? new URL(location) : undefined;
  const said = target === undefined ? undefined : errorIn(target);
  if (said !== undefined) {
    const [code, description] = said;
    const { why, decides, fix } = explainError(code, description)[0] ?? {};
    return wrong(about, `${code}: ${description}`, {
      ...(why && { why }),
      ...(decides && { decides }),
      ...(fix && { fix }),
    });
  }
  return ok(about, `go on: the browser would be sent to ${target?.origin ?? ''}${target?.pathname ?? ''}`);
}

function errorIn(url: URL): [string, string] | undefined {
  for (const parameters of [url.searchParams, new URLSearchParams(url.hash.slice(1))]) {
    const code = parameters.get('error');
    if (code !== null) return [code, parameters.get('error_description') ?? ''];
  }
  return undefined;
}

async function opaque(admin: Api, { token, of }: { token: string; of: string }): Promise<Finding[]> {
  if (of === 'authorization code' || of === 'device code') {
    return [
      note('use', `it is redeemed once, at the token endpoint; asking about it would not tell whether it was`, {
        decides: of === 'device code' ? 'oauth2.device_authorization.*' : 'ttl.auth_code',
        fix: 'redeem it; invalid_grant says that it was used, has expired, or is for another client or redirect URI',
      }),
    ];
  }
  return explainIntrospection((await admin.call('POST', '/admin/oauth2/introspect', { form: { token } })) as Json);
}
