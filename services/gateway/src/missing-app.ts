// Whether an app on this very machine is there before a browser is sent to it. Whoever begins on one machine and has the login app at
// another port is told so by a page of ours, not by the browser's own; everywhere else nobody is asked: the gateway reaches no apps.
import { OAuthError } from '@cardea/oauth';
import type { IncomingMessage } from 'node:http';
import { connect } from 'node:net';

/** A page that people are sent to, by the parameter that it is sent. */
const settings: readonly (readonly [parameter: string, setting: string])[] = [
  ['login_challenge', 'urls.login'],
  ['consent_challenge', 'urls.consent'],
  ['logout_challenge', 'urls.logout'],
];

/** Longer than this machine takes to say that nobody listens. */
const patienceMillis = 500;

export const isThisMachine = (host: string): boolean => /^(?:localhost|127(?:\.\d{1,3}){3}|\[?::1\]?)$/.test(host);

/**
 * For the browser of a person alone, which says that it opens a page (Fetch Metadata §2.1): programs follow redirects by themselves.
 *
 * @throws {OAuthError} temporarily_unavailable when nobody listens there
 */
export async function refuseMissingApp(request: IncomingMessage, location: string): Promise<void> {
  if (request.headers['sec-fetch-dest'] !== 'document' || !URL.canParse(location)) return;
  const { protocol, hostname, port, origin, searchParams } = new URL(location);
  if (!isThisMachine(hostname)) return;
  const setting = settings.find(([parameter]) => searchParams.has(parameter))?.[1];
  const at = port === '' ? (protocol === 'https:' ? 443 : 80) : Number(port);
  if (setting === undefined || !(await isSilent(hostname.replace(/^\[|\]$/g, ''), at))) return;
  throw new OAuthError(
    'temporarily_unavailable',
    `Nobody listens at ${origin}, where ${setting} sends people: start your app there, or set ${setting} to where it listens.`,
  );
}

/** Whether the machine itself says that nobody listens; whatever else happens is no proof of it. */
function isSilent(host: string, port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host, port, timeout: patienceMillis });
    const end = (silent: boolean): void => {
      socket.destroy();
      resolve(silent);
    };
    socket.once('connect', () => end(false));
    socket.once('timeout', () => end(false));
    socket.once('error', (error: NodeJS.ErrnoException) => end(error.code === 'ECONNREFUSED'));
  });
}
