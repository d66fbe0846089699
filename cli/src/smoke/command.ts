// The flags of `cardea smoke`.
import type { Command } from 'commander';
import { apiCommand } from '../api-command.js';
import type { Surroundings } from '../main.js';
import type { SmokeOptions } from './smoke.js';
import { smoke } from './smoke.js';

export function addSmokeCommand(program: Command, surroundings: Surroundings): void {
  apiCommand<SmokeOptions>(
    program,
    surroundings,
    {
      usage: 'smoke',
      api: 'public',
      description:
        'Go through everything a relying party does, once: discovery, keys, client credentials, introspection, login and consent, code with PKCE, ID token, userinfo, refresh, revocation. Makes a client of its own and deletes it; plays browser and login app itself. `helm test` runs it.',
      examples: [
        'cardea smoke --endpoint https://auth.example --admin-endpoint http://127.0.0.1:4445',
        'CARDEA_ADMIN_KEY_FILE=/var/run/secrets/token cardea smoke',
        'cardea smoke --introspection-endpoint 127.0.0.1:4450',
      ],
    },
    smoke,
  )
    .option('--admin-endpoint <url>', 'URL of the admin API')
    .option('--introspection-endpoint <address>', 'host:port of the token service: introspect over gRPC, too')
    .option('--introspection-ca <file>', 'PEM file with the certificate authority of the token service')
    .option('--introspection-cert <file>', 'PEM file with a certificate that it lets introspect')
    .option('--introspection-key <file>', 'PEM file with its private key');
}
