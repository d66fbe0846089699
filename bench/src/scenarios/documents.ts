// Discovery and the JWKS: documents that anybody fetches (OpenID Connect Discovery §4, RFC 7517 §5).
import { expectStatus, parseObject, WrongAnswer } from '../load/lane.js';
import type { Scenario } from './scenario.js';
import type { Stage } from './stage.js';

function documentScenario(
  name: string,
  path: string,
  about: string,
  right: (document: Record<string, unknown>, stage: Stage) => boolean,
): Scenario {
  return {
    name,
    about,
    limits: { aim: 35, neverAbove: 50 },
    async prepare(stage) {
      const requests = stage.lanes.map((lane) => lane.public.encode('GET', path));
      return {
        async step(lane) {
          const answer = await lane.public.send(requests[lane.index] as Buffer);
          return expectStatus(answer, 200, name).body.toString('latin1');
        },
        async check(kept) {
          if (!right(parseObject(kept, name), stage)) throw new WrongAnswer(`${name}: ${kept.slice(0, 300)}`);
        },
      };
    },
  };
}

export const discovery = documentScenario(
  'discovery',
  '/.well-known/openid-configuration',
  'GET the discovery document',
  (document, { target }) => document['issuer'] === target.issuer && typeof document['jwks_uri'] === 'string',
);

export const jwks = documentScenario(
  'jwks',
  '/.well-known/jwks.json',
  'GET the published keys',
  ({ keys }) => Array.isArray(keys) && keys.length > 0,
);
