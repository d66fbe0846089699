// Ends login sessions and sees to it that everybody who took part is told (OpenID Connect Back-Channel Logout 1.0 §2.5,
// Front-Channel Logout 1.0 §3). Tokens live on, as in Hydra, unless somebody says otherwise: docs/decisions/0060.
import { frontchannelLogoutUri, OAuthError } from '@cardea/oauth';
import type { clientV1 } from '@cardea/rpc';
import { openGrantBody } from '../authorize/grant-body.js';
import type { ClientResolver } from '../client-resolver.js';
import type { Events } from '../events.js';
import type { Seal } from '../seal.js';
import type { IssuedTokens } from '../storage/issued-tokens.js';
import type { EndingSession, NewDelivery, Participation, SessionDebt, SessionEnds } from '../storage/session-ends.js';

export interface EndSessionsSettings {
  readonly issuer: string;
  /** How long a flow may last, from its request on. */
  readonly interactionSeconds: number;
  /** Where sessions of the identity provider are ended; undefined when it wants none of that. */
  readonly identityProviderUrl: string | undefined;
  /** Whether tokens end with the login session they were issued in, in any case. */
  readonly logoutRevokesTokens: boolean;
}

export interface EndSessions {
  /**
   * Ends a session.
   *
   * @param revokeTokens whether the tokens that were issued in it end as well, of all clients or of none, even if it was gone already;
   *   undefined goes by each client, then by the setting
   * @returns the addresses to load in frames; undefined when the session was gone already, and nobody is told again
   */
  one(sessionId: string, revokeTokens?: boolean): Promise<readonly string[] | undefined>;
  /** Ends all sessions of a person, in batches. @param revokeTokens and every token of theirs; undefined as above */
  ofSubject(subject: string, revokeTokens?: boolean): Promise<void>;
}

const batch = 100;
/** Somebody else takes part while a session ends: seldom once, and never so often. */
const mostAttempts = 10;
/** Clocks differ. */
const marginMillis = 300_000;

interface Participant {
  readonly participation: Participation;
  /** Undefined when it was deleted: so were its tokens. */
  readonly client: clientV1.Client | undefined;
}

export function createEndSessions(options: {
  settings: EndSessionsSettings;
  ends: SessionEnds;
  issuedTokens: IssuedTokens;
  clients: ClientResolver;
  grantSeal: Seal;
  events: Events;
  /** Milliseconds since the epoch. */
  clock: { now(): number };
}): EndSessions {
  const { settings, ends, issuedTokens, clients, grantSeal, events, clock } = options;

  /** @param sessions what is known of those that still exist */
  const endAll = async (
    ids: readonly string[],
    sessions: readonly EndingSession[],
    revokeTokens: boolean | undefined,
  ): Promise<{ ended: ReadonlySet<string>; participants: readonly Participant[]; debts: readonly SessionDebt[] }> => {
    const subjects = new Map(sessions.map(({ id, subject }) => [id, subject]));
    for (let attempt = 0; attempt < mostAttempts; attempt++) {
      const participations = await ends.participations(ids);
      const participants = await Promise.all(
        participations.map(async (participation) => ({
          participation,
          client: (await clients.find(participation.clientId))?.client,
        })),
      );
      const deliveries: NewDelivery[] = participants.flatMap(({ participation, client }) =>
        client === undefined || client.backchannelLogoutUri === ''
          ? []
          : [
              {
                sessionId: participation.sessionId,
                clientId: client.clientId,
                uri: client.backchannelLogoutUri,
                subject: subjectFor(client, participation, subjects.get(participation.sessionId) ?? ''),
                identityProviderSessionId: '',
              },
            ],
      );
      const debts = ids.flatMap((id) => debtOf(id, participants, revokeTokens));
      const now = clock.now();
      const ended = await ends.end({
        sessionIds: ids,
        participations,
        deliveries: [...deliveries, ...sessions.flatMap(identityProviderDelivery)],
        debts,
        now,
        flowsUntil: now + settings.interactionSeconds * 1000 + marginMillis,
      });
      if (ended === undefined) continue;
      for (const id of ended) events.record('session_ended', { sid: id });
      return { ended, participants, debts };
    }
    throw new OAuthError('temporarily_unavailable', 'Clients take part in the session faster than it ends.');
  };

  /** Whose tokens end with a session. */
  const debtOf = (sessionId: string, all: readonly Participant[], revokeTokens: boolean | undefined): SessionDebt[] => {
    if (revokeTokens !== undefined) return revokeTokens ? [{ sessionId, clientIds: undefined }] : [];
    const those = all.flatMap(({ participation, client }) =>
      participation.sessionId === sessionId && client !== undefined ? [client] : [],
    );
    const ending = those.filter((client) => client.logoutRevokesTokens ?? settings.logoutRevokesTokens);
    if (ending.length === those.length && settings.logoutRevokesTokens) return [{ sessionId, clientIds: undefined }];
    return ending.length === 0 ? [] : [{ sessionId, clientIds: ending.map(({ clientId }) => clientId) }];
  };

  /** What the client calls this person: as in its ID token, forced and pairwise subjects included. */
  const subjectFor = (client: clientV1.Client, { grantId, body }: Participation, subject: string): string => {
    const known = openGrantBody(grantSeal, grantId, body)?.clientSubject;
    // Without it the client is told the session alone, which is enough (§2.4): never another name of the person.
    return known ?? (client.subjectType === 'pairwise' ? '' : subject);
  };

  const identityProviderDelivery = ({ id, subject, identityProviderSessionId }: EndingSession): NewDelivery[] =>
    settings.identityProviderUrl === undefined || identityProviderSessionId === ''
      ? []
      : [{ sessionId: id, clientId: '', uri: settings.identityProviderUrl, subject, identityProviderSessionId }];

  /** Tokens fall after their session, which could yield more of them; whoever dies in between has written down what it owes. */
  const pay = async (debts: readonly SessionDebt[]): Promise<void> => {
    for (const { sessionId, clientIds } of debts) await issuedTokens.endOfSession(sessionId, clientIds);
    if (debts.length > 0) strike(debts);
  };
  /** What stays by mishap is paid twice, which is harmless. */
  const strike = (debts: readonly SessionDebt[]): void => {
    ends.strike(debts.map(({ sessionId }) => sessionId)).catch(() => undefined);
  };

  return {
    async one(sessionId, revokeTokens) {
      const session = await ends.find(sessionId);
      const { ended, participants, debts } = await endAll(
        [sessionId],
        session === undefined ? [] : [session],
        revokeTokens,
      );
      await pay(debts);
      if (ended.size === 0) return undefined;
      return participants.flatMap(({ client }) =>
        client === undefined || client.frontchannelLogoutUri === ''
          ? []
          : [frontchannelLogoutUri(client.frontchannelLogoutUri, settings.issuer, sessionId)],
      );
    },

    async ofSubject(subject, revokeTokens) {
      const owed: SessionDebt[] = [];
      for (let more = true; more;) {
        const sessions = await ends.ofSubject(subject, batch);
        const ids = sessions.map(({ id }) => id);
        if (sessions.length > 0) owed.push(...(await endAll(ids, sessions, revokeTokens)).debts);
        more = sessions.length === batch;
      }
      const everything = revokeTokens ?? settings.logoutRevokesTokens;
      if (!everything || owed.some(({ clientIds }) => clientIds !== undefined)) return pay(owed);
      // Those as well whose session has run out.
      await issuedTokens.end({ subject, clientId: undefined, after: undefined, before: undefined });
      strike(owed);
    },
  };
}
