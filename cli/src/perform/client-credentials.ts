// `cardea perform client-credentials`: a token for the client itself (RFC 6749 §4.4).
import type { Session } from '../api-command.js';
import { atTokenUrl } from './authorization-code.js';
import type { ClientOptions } from './client-credential.js';
import { clientOf } from './client-credential.js';
import { showTokens } from './show-tokens.js';
import { requestTokens } from './token-request.js';

export interface ClientCredentialsOptions extends ClientOptions {
  readonly scope?: readonly string[];
  readonly audience?: readonly string[];
  readonly tokenUrl?: string;
}

export async function performClientCredentials(session: Session, options: ClientCredentialsOptions): Promise<void> {
  const { scope, audience, tokenUrl } = options;
  const client = clientOf(options, session.surroundings.env);
  const api = tokenUrl === undefined ? session.api : atTokenUrl(session.other('public', tokenUrl));
  const form = { grant_type: 'client_credentials', scope: scope?.join(' '), audience: audience?.join(' ') };
  session.show(showTokens(await requestTokens(api, client, form), Date.now()));
}
