// Ends login sessions and sees to it that everybody who took part is told (OpenID Connect Back-Channel Logout 1.0 §2.5,
// Front-Channel Logout 1.0 §3). Tokens live on, as in Hydra, unless somebody says otherwise: docs/decisions/0060.
import { frontchannelLogoutUri } from '@cardea/oauth';
import type { clientV1 } from '@cardea/rpc';
import { openGrantBody } from '../authorize/grant-body.js';
import type { ClientResolver } from '../client-resolver.js';
import type { Events } from '../events.js';
import type { Seal } from '../seal.js';
import type { IssuedTokens } from '../storage/issued-tokens.js';
import type { EndingSession, NewDelivery, Participation, SessionEnds } from '../storage/session-ends.js';

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
   * @param revokeTokens ends the tokens that were issued in it as well, even if it was gone already
   * @returns the addresses to load in frames; undefined when the session was gone already, and nobody is told again
   */
  one(sessionId: string, revokeTokens?: boolean): Promise<readonly string[] | undefined>;
  /** Ends all sessions of a person, in batches. @param revokeTokens and every token of theirs */
  ofSubject(subject: string, revokeTokens?: boolean): Promise<void>;
}

const batch = 100;
const noneEnded = { ended: new Set<string>(), participants: [] };

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

  /**
   * Who took part is read before the sessions end: a grant that is given in between belongs to a login that was over when
   * its client could first hear of it.
   */
  const endAll = async (sessions: readonly EndingSession[], tokensToo: boolean) => {
    const ids = sessions.map(({ id }) => id);
    const subjects = new Map(sessions.map(({ id, subject }) => [id, subject]));
    const participants = await Promise.all(
      (await ends.participations(ids)).map(async (participation) => ({
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
    const notifications = [...deliveries, ...sessions.flatMap(identityProviderDelivery)];
    const ended = await ends.end(ids, notifications, clock.now(), settings.interactionSeconds, tokensToo);
    for (const id of ended) events.record('session_ended', { sid: id });
    return { ended, participants };
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

  /** What stays by mishap is paid twice, which is harmless. */
  const strike = (sessionIds: Iterable<string>): void => {
    ends.strike([...sessionIds]).catch(() => undefined);
  };

  // Tokens fall after their session, which could yield more of them; whoever dies in between has written down what it owes.
  return {
    async one(sessionId, revokeTokens = settings.logoutRevokesTokens) {
      const session = await ends.find(sessionId);
      const { ended, participants } = session === undefined ? noneEnded : await endAll([session], revokeTokens);
      // A session that ran out, or was replaced, may have left a flow that is still to come back.
      if (session === undefined)
        await ends.end([sessionId], [], clock.now(), settings.interactionSeconds, revokeTokens);
      if (revokeTokens) {
        await issuedTokens.endOfSession(sessionId);
        strike([sessionId]);
      }
      if (ended.size === 0) return undefined;
      return participants.flatMap(({ client }) =>
        client === undefined || client.frontchannelLogoutUri === ''
          ? []
          : [frontchannelLogoutUri(client.frontchannelLogoutUri, settings.issuer, sessionId)],
      );
    },

    async ofSubject(subject, revokeTokens = settings.logoutRevokesTokens) {
      const owed: string[] = [];
      for (let more = true; more;) {
        const sessions = await ends.ofSubject(subject, batch);
        if (sessions.length > 0) owed.push(...(await endAll(sessions, revokeTokens)).ended);
        more = sessions.length === batch;
      }
      if (!revokeTokens) return;
      await issuedTokens.end({ subject, clientId: undefined, after: undefined, before: undefined });
      strike(owed);
    },
  };
}
