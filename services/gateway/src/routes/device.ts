// POST /oauth2/device/auth and GET /oauth2/device/verify: what a device asks, and where its person's browser goes
// (RFC 8628 §3.1 to §3.3).
import type { Route } from '@cardea/http';
import {
  callOptions,
  contextOf,
  noStore,
  oauthJson,
  readForm,
  readQuery,
  sendBytes,
  sendRedirect,
  uniqueForm,
} from '@cardea/http';
import type { WriteError } from '@cardea/http';
import type { authorizationV1, ClientOf } from '@cardea/rpc';
import type { Log } from '@cardea/service';
import { cookieHeaders, hopStatus, redirectToErrorPage } from '../browser-answers.js';
import type { ClientAddress } from '../client-address.js';
import { readCookies } from '../cookies.js';
import type { GatewaySettings } from '../settings.js';

type DeviceClient = Pick<
  ClientOf<typeof authorizationV1.AuthorizationServiceService>,
  'authorizeDevice' | 'verifyUserCode'
>;

export function deviceRoutes(
  authorization: DeviceClient,
  options: {
    readonly settings: GatewaySettings;
    readonly log: Log;
    readonly writeError: () => WriteError;
    readonly addressOf: ClientAddress;
  },
): Route[] {
  const { settings, writeError, addressOf } = options;
  return [
    {
      path: '/oauth2/device/auth',
      cors: 'clients',
      oauth: true,
      post: async (request, response) => {
        const parameters = uniqueForm(await readForm(request), ['audience']);
        const answer = await authorization.authorizeDevice(
          {
            authorization: request.headers.authorization ?? '',
            parameters: [...parameters],
            requestId: contextOf(request).requestId,
            clientAddress: addressOf(request),
          },
          callOptions(request, response),
        );
        sendBytes(response, 200, { ...noStore, 'Content-Type': oauthJson }, deviceDocument(answer));
      },
    },
    {
      path: '/oauth2/device/verify',
      get: async (request, response) => {
        try {
          const answer = await authorization.verifyUserCode(
            {
              parameters: readQuery(request),
              cookies: readCookies(request.headers.cookie, settings.cookies.names),
              requestId: contextOf(request).requestId,
              clientAddress: addressOf(request),
            },
            callOptions(request, response),
          );
          sendRedirect(response, hopStatus(request), answer.location, cookieHeaders(answer.setCookies, settings));
        } catch (caught) {
          // Hydra shows the JSON to the person; our page says the same in words.
          if (settings.hydraCompat) writeError()(caught, request, response);
          else redirectToErrorPage(caught, request, response, options);
        }
      },
    },
  ];
}

/** RFC 8628 §3.2. */
function deviceDocument(answer: authorizationV1.AuthorizeDeviceResponse): Buffer {
  return Buffer.from(
    JSON.stringify({
      device_code: answer.deviceCode,
      user_code: answer.userCode,
      verification_uri: answer.verificationUri,
      verification_uri_complete: answer.verificationUriComplete,
      expires_in: answer.expiresInSeconds,
      interval: answer.intervalSeconds,
    }),
  );
}
