// `cardea perform device-code`: a device without a browser, which waits for a person with one (RFC 8628).
import { setTimeout } from 'node:timers/promises';
import type { Session } from '../api-command.js';
import { Failure } from '../failure.js';
import { atTokenUrl } from './authorization-code.js';
import type { ClientOptions, Credential } from './client-credential.js';
import { basicOrForm, clientOf } from './client-credential.js';
import { discover, signingKeys } from './discovery.js';
import { checkIdToken } from './id-token.js';
import { openBrowser } from './open-browser.js';
import type { Tokens } from './show-tokens.js';
import { showTokens } from './show-tokens.js';
import { errorOf, refusedBy, tokenPath, tokensOf } from './token-request.js';

export interface DeviceCodeOptions extends ClientOptions {
  readonly scope?: readonly string[];
  readonly audience?: readonly string[];
  readonly deviceAuthUrl?: string;
  readonly tokenUrl?: string;
  readonly open: boolean;
}

/** RFC 8628 §3.2; durations in seconds. */
interface DeviceAuthorization {
  readonly device_code: string;
  readonly user_code: string;
  readonly verification_uri: string;
  readonly verification_uri_complete?: string;
  readonly expires_in: number;
  readonly interval?: number;
}

const grantType = 'urn:ietf:params:oauth:grant-type:device_code';
/** RFC 8628 §3.5. */
const slowDownSeconds = 5;

export async function performDeviceCode(session: Session, options: DeviceCodeOptions): Promise<void> {
  const { scope = ['offline', 'openid'], audience, deviceAuthUrl, tokenUrl, open } = options;
  const { api, other, surroundings } = session;
  const client = clientOf(options, surroundings.env);
  const asking = deviceAuthUrl === undefined ? api : atTokenUrl(other('public', deviceAuthUrl));
  const form = { scope: scope.join(' '), audience: audience?.join(' ') };
  const answer = await asking.raw(
    'POST',
    '/oauth2/device/auth',
    basicOrForm(client, { ...form, client_id: client.id }),
  );
  if (answer.status !== 200) throw refusedBy(answer);
  const device = JSON.parse(answer.text) as DeviceAuthorization;
  const address = device.verification_uri_complete ?? device.verification_uri;
  surroundings.err(
    `Open this in a browser: ${address}\nand enter the code, if it asks for one: ${device.user_code}\n` +
      `Waiting for ${String(Math.round(device.expires_in / 60))} minutes at most …\n`,
  );
  if (open) openBrowser(address);
  const tokens = await poll(tokenUrl === undefined ? api : atTokenUrl(other('public', tokenUrl)), client, device);
  let verdict: string | undefined;
  if (tokens.id_token !== undefined) {
    const { issuer } = await discover(api);
    const expected = { issuer, clientId: client.id, accessToken: tokens.access_token, now: Date.now() };
    verdict = checkIdToken(tokens.id_token, { ...expected, keys: await signingKeys(api) });
  }
  session.show(showTokens(tokens, Date.now(), verdict));
}

async function poll(api: Session['api'], client: Credential, device: DeviceAuthorization): Promise<Tokens> {
  const end = Date.now() + device.expires_in * 1000;
  let seconds = device.interval ?? slowDownSeconds;
  while (Date.now() < end) {
    await setTimeout(seconds * 1000);
    const form = { grant_type: grantType, device_code: device.device_code };
    const answer = await api.raw('POST', tokenPath, basicOrForm(client, form));
    const error = errorOf(answer);
    if (error === 'slow_down') seconds += slowDownSeconds;
    else if (error !== 'authorization_pending') return tokensOf(answer);
  }
  throw new Failure('nobody entered the code in time: start again');
}
