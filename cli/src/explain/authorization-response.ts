// What came back to the callback, in plain words (RFC 6749 §4.1.2, RFC 9207).
import type { Finding } from '../findings/finding.js';
import { note, ok, wrong } from '../findings/finding.js';
import type { Issuer } from '../perform/discovery.js';
import { explainError } from './explain-error.js';

export function explainAuthorizationResponse(parameters: URLSearchParams, issuer: Issuer): Finding[] {
  const error = parameters.get('error');
  const found: Finding[] = [];
  if (error !== null) found.push(...explainError(error, parameters.get('error_description') ?? undefined));
  if (parameters.has('code')) {
    found.push(
      ok('code', 'there is one: redeem it at the token endpoint, once and at once'),
      note('redeem with', "the same redirect_uri, the client's credential, and the code_verifier of this browser"),
    );
  }
  for (const name of ['access_token', 'id_token']) if (parameters.has(name)) found.push(ok(name, 'there is one'));
  found.push(
    parameters.has('state')
      ? note('state', 'compare it with the one this browser was given; another one belongs to somebody else')
      : note('state', 'there is none, so nobody knows whose answer this is'),
  );
  return [...found, ...issuerOf(parameters, issuer)];
}

/** The id of the log line, which `error_uri` has in its query. */
export function errorIdIn(parameters: URLSearchParams): string | undefined {
  const page = parameters.get('error_uri') ?? '';
  return URL.canParse(page) ? (new URL(page).searchParams.get('error_id') ?? undefined) : undefined;
}

function issuerOf(parameters: URLSearchParams, { issuer, sendsIssuer }: Issuer): Finding[] {
  const iss = parameters.get('iss');
  if (iss === issuer) return [ok('iss', issuer)];
  if (iss !== null) {
    return [
      wrong('iss', `${iss}, while this provider is ${issuer}`, {
        why: 'the answer comes from another provider than was asked: somebody mixes them up (RFC 9207)',
        decides: 'urls.self.issuer',
      }),
    ];
  }
  return sendsIssuer
    ? [
        wrong('iss', 'it is missing, and this provider always sends it', {
          why: 'somebody took it away, or the answer is not from here',
        }),
      ]
    : [];
}
