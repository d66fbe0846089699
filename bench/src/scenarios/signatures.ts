// ID tokens asked of the signer itself, as the token service asks for them (cardea.keys.v1.SigningService).
import { connectPeer, signingV1 } from '@cardea/rpc';
import { randomUUID } from 'node:crypto';
import { WrongAnswer } from '../load/lane.js';
import type { Scenario } from './scenario.js';

const validSeconds = 3_600;
const clientId = 'bench-client';

function signature(algorithm: 'ES256' | 'RS256'): Scenario {
  const name = `sign-${algorithm.toLowerCase()}`;
  return {
    name,
    about: `SigningService.SignIdToken on the stream (${algorithm}), recorded before it leaves`,
    rivals: 'none',
    prepare(stage) {
      const { signer: address } = stage.target;
      if (address === undefined) throw new Error(`${name} needs a demo that the benchmark has started itself`);
      const peer = connectPeer({ addresses: [address], security: { kind: 'plain' } });
      const signer = peer.client(signingV1.SigningServiceService, { hot: true });
      // What a request id has signed once is not signed again.
      const run = randomUUID();
      return Promise.resolve({
        async step() {
          const issuedAt = Math.floor(Date.now() / 1000);
          const requestId = `${run}-${String(stage.number())}`;
          const { jwt } = await signer.signIdToken({
            ...{ requestId, tokenId: requestId, algorithm, issuedAt, expiresAt: issuedAt + validSeconds },
            ...{ subject: 'user-1', audience: [clientId], authorizedParty: '', nonce: 'bench-nonce' },
            ...{ authTime: issuedAt - 60, requestedAt: issuedAt - 61, acr: '', amr: ['pwd'] },
            ...{ accessTokenHash: 'c29tZS1oYXNoLW9mLWEtdG9rZW4', codeHash: '', sessionId: run },
            extraClaimsJson: Buffer.from('{"name":"A Person"}'),
          });
          return jwt;
        },
        async check(jwt) {
          const verified = await stage.verify(jwt);
          if (verified.algorithm !== algorithm || verified.claims['nonce'] !== 'bench-nonce') {
            throw new WrongAnswer(`${name}: something else was signed, or otherwise`);
          }
        },
        close: () => peer.close(),
      });
    },
  };
}

export const signatures: readonly Scenario[] = [signature('ES256'), signature('RS256')];
