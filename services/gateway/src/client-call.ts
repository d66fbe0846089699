// A client's request to the token service: what all three endpoints send, sent when it is the client's turn.
import type { FormParameter, Request, Response } from '@cardea/http';
import { callOptions, contextOf } from '@cardea/http';
import type { ClientAddress } from './client-address.js';
import type { FairShare } from './fair-share.js';
import { shareOf } from './fair-share.js';

/** What is sent of a request, beside its own endpoint. */
interface Asked {
  readonly authorization: string;
  readonly parameters: FormParameter[];
  readonly requestId: string;
  readonly clientAddress: string;
}

/** Calls the token service. @throws {OAuthError} what it says, or that this client has too much under way */
export type ClientCall = <T>(
  request: Request,
  response: Response,
  parameters: readonly FormParameter[],
  ask: (asked: Asked, options: ReturnType<typeof callOptions>) => Promise<T>,
) => Promise<T>;

export function createClientCall(addressOf: ClientAddress, share: FairShare): ClientCall {
  return (request, response, parameters, ask) => {
    const clientAddress = addressOf(request);
    const asked = {
      authorization: request.headers.authorization ?? '',
      parameters: [...parameters],
      requestId: contextOf(request).requestId,
      clientAddress,
    };
    const options = callOptions(request, response);
    return share(shareOf(request, parameters, clientAddress), () => ask(asked, options));
  };
}
