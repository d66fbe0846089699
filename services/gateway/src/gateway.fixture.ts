// Starts the gateway, whole and on real ports, before a stand-in for the token service that is real gRPC, for tests.
import type { Handlers } from '@cardea/rpc';
import { authorizationV1, clientOriginV1, clientV1, implement, serveRpc, tokenV1 } from '@cardea/rpc';
import type { Log } from '@cardea/service';
import { loadConfig, startService } from '@cardea/service';
import { service } from './service.js';

type TokenHandlers = Handlers<typeof tokenV1.TokenServiceService>;
type OriginHandlers = Handlers<typeof clientOriginV1.ClientOriginServiceService>;
type RegistrationHandlers = Handlers<typeof clientV1.ClientRegistrationServiceService>;
type AuthorizationHandlers = Handlers<typeof authorizationV1.AuthorizationServiceService>;

export interface LogLine {
  readonly level: string;
  readonly message: string;
  readonly [field: string]: unknown;
}

export interface StartedGateway {
  readonly url: string;
  /** Health and metrics. */
  readonly management: string;
  readonly lines: LogLine[];
  stop(): Promise<void>;
}

const unused = () => Promise.reject(new Error('this test has no answer to that'));

/** @param handlers what the token service answers; what a test leaves out fails */
export async function startGateway(
  handlers: {
    token?: Partial<TokenHandlers>;
    authorization?: Partial<AuthorizationHandlers>;
    registration?: Partial<RegistrationHandlers>;
    origins?: OriginHandlers;
  },
  env: Readonly<Record<string, string>> = {},
): Promise<StartedGateway> {
  const lines: LogLine[] = [];
  const at = (level: string) => (fields: object, message: string) => void lines.push({ level, message, ...fields });
  const log: Log = { debug: at('debug'), info: at('info'), warn: at('warn'), error: at('error') };
  const token = await serveRpc({
    address: '127.0.0.1:0',
    security: { kind: 'plain' },
    services: [
      implement(clientOriginV1.ClientOriginServiceService, { checkOrigin: unused, ...handlers.origins }),
      implement(tokenV1.TokenServiceService, {
        issueToken: unused,
        revokeToken: unused,
        getUserinfo: unused,
        introspectToken: unused,
        issueCredential: unused,
        getJsonWebKeySet: () => Promise.resolve({ document: Buffer.from('{"keys":[]}') }),
        getProviderMetadata: () => Promise.resolve({ document: Buffer.from('{"issuer":"i"}') }),
        ...handlers.token,
      }),
      implement(authorizationV1.AuthorizationServiceService, {
        authorize: unused,
        endSession: unused,
        authorizeDevice: unused,
        verifyUserCode: unused,
        ...handlers.authorization,
      }),
      implement(clientV1.ClientRegistrationServiceService, {
        registerClient: unused,
        readRegistration: unused,
        updateRegistration: unused,
        deleteRegistration: unused,
        ...handlers.registration,
      }),
    ],
    health: async () => true,
    reflection: false,
    log,
  });
  const config = loadConfig({
    env: {
      SERVE_PUBLIC_PORT: '0',
      SERVE_MANAGEMENT_GATEWAY: '0',
      URLS_SELF_ISSUER: 'https://as.test',
      PEERS_TOKEN_ADDRESSES: token.address,
      ...env,
    },
  });
  const running = await startService(service, config, { log }).catch(async (error: unknown) => {
    await token.close();
    throw error;
  });
  const url = String(lines.find(({ message }) => message === 'serving HTTP')?.['url']);
  const until = Date.now() + 25_000;
  while (Date.now() < until && (await fetch(`${url}/health/ready`)).status !== 200) {
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  const management = String(lines.find((line) => 'management' in line)?.['management']);
  return {
    url,
    management,
    lines,
    async stop() {
      await running.stop();
      await token.close();
    },
  };
}
