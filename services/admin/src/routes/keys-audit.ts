// /admin/keys-audit: what auditors ask of the record of signatures, and what the comparison with tokens found (security §2.3; ours,
// Hydra has neither).
import type { Handler, Request, Route } from '@cardea/http';
import { callOptions, readJson, readQuery, sendJson, valueOf } from '@cardea/http';
import { objectOf, OAuthError, textMember } from '@cardea/oauth';
import type { ClientOf, keyAdminV1 } from '@cardea/rpc';
import { signatureFindingV1 } from '@cardea/rpc';
import { callerOf } from '../authentication/caller.js';
import { instantOf } from '../instant-parameter.js';
import { besidePage, linkHeader, readPage } from '../pagination.js';

interface Services {
  readonly signer: Pick<ClientOf<typeof keyAdminV1.KeyAdminServiceService>, 'findSignatures'>;
  readonly findings: ClientOf<typeof signatureFindingV1.SignatureFindingServiceService>;
}

const signaturesPath = '/admin/keys-audit/signatures';
const findingsPath = '/admin/keys-audit/findings';
/** A record of many millions of rows is gone through by its index. */
const patienceMillis = 30_000;

export function keysAuditRoutes({ signer, findings }: Services): Route[] {
  const listSignatures: Handler = async (request, response) => {
    const query = readQuery(request);
    const page = readPage(query);
    const of = (name: string) => valueOf(query, name) ?? '';
    const { rows, nextPageToken } = await signer.findSignatures(
      {
        ...{ subject: of('subject'), tokenId: of('jti'), clientId: of('client_id'), keyId: of('kid') },
        ...{ signedAfter: instantOf(query, 'signed_after'), signedBefore: instantOf(query, 'signed_before') },
        ...{ pageSize: page.size, pageToken: page.token },
      },
      { ...callOptions(request, response), deadline: Date.now() + patienceMillis },
    );
    const link = linkHeader(signaturesPath, besidePage(query), page, nextPageToken);
    sendJson(response, 200, rows.map(signatureJson), { Link: link });
  };

  const listFindings: Handler = async (request, response) => {
    const query = readQuery(request);
    const page = readPage(query);
    const state = stateOf(valueOf(query, 'state') ?? '');
    const asked = { pageSize: page.size, pageToken: page.token, state };
    const { findings: found, nextPageToken } = await findings.listFindings(asked, callOptions(request, response));
    const link = linkHeader(findingsPath, besidePage(query), page, nextPageToken);
    sendJson(response, 200, found.map(findingJson), { Link: link });
  };

  const acknowledge: Handler = async (request, response) => {
    const note = textMember(objectOf(await readJson(request)), 'note');
    const { finding } = await findings.acknowledgeFinding(
      { id: idOf(request), by: callerOf(request)?.name ?? '', note },
      callOptions(request, response),
    );
    if (finding === undefined) throw new OAuthError('not_found');
    sendJson(response, 200, findingJson(finding));
  };

  return [
    { path: signaturesPath, get: listSignatures },
    { path: findingsPath, get: listFindings },
    { path: `${findingsPath}/:id/acknowledge`, post: acknowledge },
  ];
}

const { UNSPECIFIED, OPEN, ACKNOWLEDGED } = signatureFindingV1.FindingState;
const states: Readonly<Record<string, signatureFindingV1.FindingState>> = {
  '': UNSPECIFIED,
  open: OPEN,
  acknowledged: ACKNOWLEDGED,
};

function stateOf(text: string): signatureFindingV1.FindingState {
  const state = Object.hasOwn(states, text) ? states[text] : undefined;
  if (state === undefined)
    throw new OAuthError('invalid_request', 'The parameter state must be open or acknowledged, or be left out.');
  return state;
}

function idOf(request: Request): number {
  const text = String(request.params['id'] ?? '');
  if (!/^[1-9]\d{0,14}$/.test(text)) throw new OAuthError('not_found', 'There is no such finding.');
  return Number(text);
}

const signatureJson = (row: keyAdminV1.RecordedRow) => ({
  sequence: row.sequence,
  signed_at: row.signedAt?.toISOString(),
  outcome: row.outcome,
  reason: row.reason,
  caller: row.caller,
  request_id: row.requestId,
  purpose: row.purpose,
  kid: row.keyId,
  alg: row.algorithm,
  jti: row.tokenId,
  client_id: row.clientId,
  expires_at: row.expiresAt?.toISOString() ?? null,
});

const findingJson = (finding: signatureFindingV1.SignatureFinding) => ({
  id: String(finding.id),
  kind: finding.kind,
  about: finding.about,
  facts: finding.facts,
  found_at: finding.foundAt?.toISOString(),
  acknowledged_at: finding.acknowledgedAt?.toISOString() ?? null,
  acknowledged_by: finding.acknowledgedBy,
  note: finding.note,
});
