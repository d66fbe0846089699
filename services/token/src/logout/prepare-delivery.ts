// Signs the logout token of one attempt, for the worker: it may have nothing else signed, and only for notifications that are
// due (Back-Channel Logout 1.0 §2.4; ARCHITECTURE §1: the worker never has the right to sign directly).
import { OAuthError, responseEncryption } from '@cardea/oauth';
import type { sessionV1 } from '@cardea/rpc';
import { randomUuid } from '../authorize/uuid.js';
import type { ClientResolver } from '../client-resolver.js';
import type { Encrypt } from '../encrypt.js';
import type { SigningClient } from '../sign.js';
import type { LogoutDeliveries } from '../storage/logout-deliveries.js';

/** As §2.4 recommends: a token is signed for each attempt, so it need not outlive one. */
const lifeSeconds = 120;

/**
 * @returns the client's address as it is registered now, and a fresh token; an empty address when the client has none any more
 * @throws {OAuthError} not_found when the notification is not pending
 */
export function createPrepareDelivery(options: {
  deliveries: Pick<LogoutDeliveries, 'find'>;
  clients: ClientResolver;
  keys: Pick<SigningClient, 'signLogoutToken'>;
  encrypt: Encrypt;
  /** Milliseconds since the epoch. */
  now: () => number;
  random: (bytes: number) => Buffer;
}): (request: sessionV1.PrepareLogoutDeliveryRequest) => Promise<sessionV1.PrepareLogoutDeliveryResponse> {
  const { deliveries, clients, keys, encrypt, now, random } = options;
  return async ({ id }) => {
    const row = /^\d{1,18}$/.test(id) ? await deliveries.find(id) : undefined;
    if (row?.state !== 'pending' || row.clientId === '') throw new OAuthError('not_found');
    const client = (await clients.find(row.clientId))?.client;
    if (client === undefined || client.backchannelLogoutUri === '') return { uri: '', logoutToken: '' };
    const tokenId = randomUuid(random);
    const issuedAt = Math.floor(now() / 1000);
    const { jwt } = await keys.signLogoutToken({
      requestId: tokenId,
      algorithm: client.idTokenSignedResponseAlg === '' ? 'RS256' : client.idTokenSignedResponseAlg,
      audience: client.clientId,
      subject: row.subject,
      sessionId: row.sessionId,
      issuedAt,
      expiresAt: issuedAt + lifeSeconds,
      tokenId,
    });
    // Who gets ID tokens encrypted must refuse a logout token that is not (§2.6).
    const how = responseEncryption(client.idTokenEncryptedResponseAlg, client.idTokenEncryptedResponseEnc);
    const logoutToken = how === undefined ? jwt : await encrypt(client, how, { bytes: Buffer.from(jwt), jwt: true });
    return { uri: client.backchannelLogoutUri, logoutToken };
  };
}
