// What a demo says once everything answers: a line for programs, a page for people (ARCHITECTURE §11).
import type { DemoClient } from './client.js';

/** A running demo, as programs read it. */
export interface DemoFacts {
  readonly public: string;
  readonly admin: string;
  readonly login: string;
  readonly rp: string;
  /** `host:port` of the gRPC introspection service. */
  readonly introspection: string;
  readonly issuer: string;
  readonly client: DemoClient;
  readonly dsn: string;
  readonly redis: string;
  readonly hsm: boolean;
  /** Of what the demo started: nothing is named that was given. */
  readonly pids: Readonly<Record<string, number>>;
}

export const jsonLine = (facts: DemoFacts): string => `${JSON.stringify(facts)}\n`;

/** @param stateDirectory where secrets, settings and logs are */
export function welcome(facts: DemoFacts, stateDirectory: string): string {
  const { client } = facts;
  return `
Cardea runs. Open this in a browser and log in:

    ${facts.rp}

  public API      ${facts.public}  (issuer ${facts.issuer})
  admin API       ${facts.admin}
  login app       ${facts.login}
  introspection   ${facts.introspection}  (gRPC, cardea.token.v1.IntrospectionService)
  PostgreSQL      ${facts.pids['postgres'] === undefined ? 'the given DSN' : facts.dsn}
  Redis           ${facts.pids['redis'] === undefined ? 'the given REDIS_URL' : facts.redis}
  signing keys    ${facts.hsm ? 'in a PKCS#11 token' : 'sealed in PostgreSQL'}
  state and logs  ${stateDirectory}

Or get a token in a shell:

    curl -s -u ${client.client_id}:${client.client_secret} -d grant_type=client_credentials ${facts.public}/oauth2/token

Ctrl-C ends everything and keeps the state; \`npm run demo -- --reset\` begins afresh.
`;
}
