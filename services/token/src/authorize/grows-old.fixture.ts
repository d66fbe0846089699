// What flows leave in this process's memories, for scripts/lib/promoted.mjs: each is asked about, answered, opened again and over.
import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { createSeal } from '../seal.js';
import { createLoginChallenges } from './challenge.js';
import { startRequest } from './flow-body.js';
import { createFlowBodies } from './flow-bodies.js';

const atOnce = 48;
const flowsEach = 150;
export const calls = atOnce * flowsEach;

const secrets = ['a-secret-of-at-least-32-characters-for-tests'];
const challenges = createLoginChallenges(createSeal(secrets, 'login_challenge', randomBytes));
const bodies = createFlowBodies(createSeal(secrets, 'flow', randomBytes));
const parameters = { response_type: 'code', scope: 'openid offline', redirect_uri: 'https://app.example/cb' };

async function flow(): Promise<void> {
  const challenge = challenges.seal({
    ...{ id: randomBytes(16), expiresAt: 2_000_000_000, requestedAt: 1_999_999_000, clientId: 'app' },
    query: new URLSearchParams({ ...parameters, client_id: 'app', state: randomBytes(750).toString('hex') }).toString(),
    ...{ browser: randomBytes(32), redirectUri: parameters.redirect_uri, remembered: undefined },
    sessionId: '8b1a5d30-2222-4000-8000-000000000001',
  });
  await sleep(1);
  const start = challenges.open(challenge, 1_999_999_000);
  const sealed = bodies.seal({ start, consent: { grantId: start.sessionId, skip: false } });
  await sleep(1);
  challenges.forget(challenge);
  for (let leg = 0; leg < 3; leg++) {
    startRequest(bodies.open(start.id, Buffer.from(sealed)).start);
    await sleep(1);
  }
  bodies.forget(start.id);
}

async function flows(): Promise<void> {
  for (let i = 0; i < flowsEach; i++) await flow();
}

export const work = () => Promise.all(Array.from({ length: atOnce }, flows));
