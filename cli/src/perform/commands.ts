// `cardea perform …`: the flows and their flags, by Hydra's names (hydra-wire §9).
import type { Command } from 'commander';
import { InvalidArgumentError, Option } from 'commander';
import { apiCommand, words } from '../api-command.js';
import type { Surroundings } from '../main.js';
import type { AuthorizationCodeOptions } from './authorization-code.js';
import { performAuthorizationCode } from './authorization-code.js';
import { withClientCredentials } from './client-credential.js';
import type { ClientCredentialsOptions } from './client-credentials.js';
import { performClientCredentials } from './client-credentials.js';
import type { DeviceCodeOptions } from './device-code.js';
import { performDeviceCode } from './device-code.js';

function whole(text: string): number {
  if (/^-?\d+$/.test(text)) return Number(text);
  throw new InvalidArgumentError('It must be a whole number.');
}

function port(text: string): number {
  const number = whole(text);
  if (number >= 0 && number <= 65_535) return number;
  throw new InvalidArgumentError('It must be a port, 0 to 65535.');
}

export function addPerformCommands(perform: Command, surroundings: Surroundings): void {
  const code = apiCommand<AuthorizationCodeOptions>(
    perform,
    surroundings,
    {
      usage: 'authorization-code',
      api: 'public',
      description:
        'Start a relying party on this machine, send a browser through the authorization code flow with PKCE, and show the tokens: real ones, so only for trying out.',
      examples: [
        'cardea create client --id try --secret try-me-please --redirect-uri http://127.0.0.1:4446/callback --grant-type authorization_code,refresh_token --scope openid,offline',
        'cardea perform authorization-code --client-id try --client-secret try-me-please',
      ],
    },
    performAuthorizationCode,
  )
    .option('-p, --port <port>', 'port of the relying party on 127.0.0.1', port, 4446)
    .option('--scope <a,b>', 'scopes to ask for (default: offline,openid)', words)
    .option('--audience <a,b>', 'audiences to ask for', words)
    .option('--prompt <a,b>', 'login, consent, none, ...', words)
    .option('--max-age <seconds>', 'how old a login may be; -1 does not say', whole, -1)
    .option('--response-mode <mode>', 'query or form_post')
    .option('--state <state>', 'a state of your own; by default it is random, as it should be')
    .option('--redirect <uri>', 'a redirect URI of your own that leads to the relying party')
    .option('--auth-url <url>', 'the authorization endpoint, when it is not the one that the issuer names')
    .option('--token-url <url>', 'the token endpoint, when it is not below --endpoint')
    .option('--https', 'the relying party speaks TLS, with a certificate that nobody trusts')
    .option('--skip', 'when the server sends logins and consents here, ask only what must be asked')
    .option('--admin-endpoint <url>', 'URL of the admin API, when the server sends logins and consents here')
    .option('--no-open', 'do not open a browser')
    .option('--no-shutdown', 'go on after the first flow, until Ctrl-C');
  withClientCredentials(code);

  const own = apiCommand<ClientCredentialsOptions>(
    perform,
    surroundings,
    {
      usage: 'client-credentials',
      api: 'public',
      description: 'Get an access token for the client itself.',
      examples: [
        'OAUTH2_CLIENT_ID=job OAUTH2_CLIENT_SECRET=… cardea perform client-credentials --scope photos.read -q',
      ],
    },
    performClientCredentials,
  )
    .option('--scope <a,b>', 'scopes to ask for', words)
    .option('--audience <a,b>', 'audiences to ask for', words)
    .option('--token-url <url>', 'the token endpoint, when it is not below --endpoint');
  withClientCredentials(own);

  const device = apiCommand<DeviceCodeOptions>(
    perform,
    surroundings,
    {
      usage: 'device-code',
      api: 'public',
      description: 'Get tokens as a device without a browser does: somebody enters its code elsewhere.',
      examples: ['cardea perform device-code --client-id tv --scope openid,offline'],
    },
    performDeviceCode,
  )
    .option('--scope <a,b>', 'scopes to ask for (default: offline,openid)', words)
    .option('--audience <a,b>', 'audiences to ask for', words)
    .option('--device-auth-url <url>', 'the device authorization endpoint, when it is not below --endpoint')
    .option('--token-url <url>', 'the token endpoint, when it is not below --endpoint')
    .option('--no-open', 'do not open a browser')
    .addOption(new Option('--port <port>').hideHelp());
  withClientCredentials(device);
}
