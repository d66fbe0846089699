// Puts the authorization rooms together from what the service hands in; no secret and no setting is read elsewhere.
import type { signingV1 } from '@cardea/rpc';
import type { ClientKeys } from '../client-keys.js';
import type { ClientResolver } from '../client-resolver.js';
import type { DeviceRooms } from '../device/device-rooms.js';
import type { LogoutContext } from '../end-session.js';
import type { Events } from '../events.js';
import type { Handles } from '../handles.js';
import type { IssueFront } from '../issue-front.js';
import { createNoteDecision } from '../interactions/record.js';
import { createLogoutChallenges } from '../logout-challenge.js';
import { createEndSessions } from '../logout/end-sessions.js';
import type { Outbound } from '../outbound/index.js';
import { createSeal } from '../seal.js';
import type { Database } from '../storage/database.js';
import { createFlows } from '../storage/flows.js';
import { createForcedSubjects } from '../storage/forced-subjects.js';
import { createGrants } from '../storage/grants.js';
import type { IssuedTokens } from '../storage/issued-tokens.js';
import { createReplays } from '../storage/replays.js';
import { createSessionEnds } from '../storage/session-ends.js';
import { createSessions } from '../storage/sessions.js';
import { createLoginChallenges } from './challenge.js';
import type { AuthorizationContext, AuthorizationSettings } from './context.js';
import { createFlowBodies } from './flow-bodies.js';
import { createHintVerifier } from './hint.js';
import { createReadRequestObject } from './request-object.js';

export function createAuthorizationContext(options: {
  database: Database;
  handles: Handles;
  clients: ClientResolver;
  /** `secrets.system`, newest first. */
  secrets: readonly string[];
  /** Lists every published key, retired ones too. */
  publicKeys: () => Promise<readonly signingV1.PublicKey[]>;
  issueFront: IssueFront;
  issuedTokens: IssuedTokens;
  device: DeviceRooms;
  clientKeys: ClientKeys;
  outbound: Pick<Outbound, 'getText'>;
  events: Events;
  stream: AuthorizationContext['stream'];
  settings: AuthorizationSettings;
  clock: { now(): number };
  random: (bytes: number) => Buffer;
}): LogoutContext {
  const { database, handles, clients, secrets, publicKeys, issueFront, events } = options;
  const { clientKeys, outbound, settings, clock, random } = options;
  const seal = (purpose: string) => createSeal(secrets, purpose, random);
  const seals = { grant: seal('consent_grant'), code: seal('authorization_code') };
  const ends = createSessionEnds(database);
  return {
    settings,
    clients,
    handles,
    issueFront,
    events,
    stream: options.stream,
    device: options.device,
    clock,
    random,
    flows: createFlows(database),
    sessions: createSessions(database),
    sessionEnds: ends,
    grants: createGrants(database),
    forcedSubjects: createForcedSubjects(database),
    hints: createHintVerifier({ issuer: settings.issuer, publicKeys, clock }),
    readRequestObject: createReadRequestObject({
      settings: settings.requestObjects,
      issuer: settings.issuer,
      keys: clientKeys,
      outbound,
      replays: createReplays(database),
      clock,
    }),
    bodies: createFlowBodies(seal('flow')),
    noteDecision: createNoteDecision(secrets, settings.auditsDecisions),
    challenges: createLoginChallenges(seal('login_challenge')),
    logoutChallenges: createLogoutChallenges(seal('logout_challenge')),
    logoutVerifiers: createLogoutChallenges(seal('logout_verifier')),
    endSessions: createEndSessions({
      settings,
      ends,
      issuedTokens: options.issuedTokens,
      clients,
      grantSeal: seals.grant,
      events,
      clock,
    }),
    seals,
  };
}
