// What the list of consents says of one: its row, and what was sealed when it was given (hydra-wire §2.6).
import type { Claims } from '@cardea/oauth';
import type { sessionV1 } from '@cardea/rpc';
import type { AuthorizationContext } from './authorize/context.js';
import { requestUrl } from './authorize/context.js';
import { startRequest } from './authorize/flow-body.js';
import { openGrantBody } from './authorize/grant-body.js';
import { oidcContext } from './interactions/oidc-context.js';
import type { ConsentRow } from './storage/consents.js';

const json = (claims: Claims) => Buffer.from(JSON.stringify(claims));

/** @returns undefined when the client is gone, or when the row cannot be opened any more */
export function createDescribeConsent(
  context: Pick<AuthorizationContext, 'clients' | 'seals' | 'settings'>,
): (row: ConsentRow) => Promise<sessionV1.Consent | undefined> {
  return async (row) => {
    const client = (await context.clients.find(row.clientId))?.client;
    const body = openGrantBody(context.seals.grant, row.id, row.body);
    if (client === undefined || body === undefined) return undefined;
    const { start } = body;
    const asked = startRequest(start);
    return {
      consentRequestId: row.id,
      subject: row.subject,
      client,
      requestedScopes: [...asked.scopes],
      requestedAudience: [...asked.audience],
      grantedScopes: [...row.scopes],
      grantedAudience: [...row.audience],
      accessTokenClaimsJson: json(body.accessTokenClaims),
      idTokenClaimsJson: json(body.idTokenClaims),
      remember: row.remember,
      rememberForSeconds: body.rememberSeconds,
      handledAt: new Date(row.createdAt),
      contextJson: Buffer.from(body.contextJson),
      loginSessionId: row.sessionId,
      loginChallenge: start.id.toString('hex'),
      acr: body.acr,
      amr: [...body.amr],
      oidcContext: start.device === undefined ? oidcContext(asked, client) : undefined,
      requestUrl: requestUrl(context.settings, start),
    };
  };
}
