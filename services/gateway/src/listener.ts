// How the public listener answers whatever the route: TLS, cross-origin browsers, unknown paths and methods by profile.
import type { AnswerOptions, ClaimedClient, ListenerTls } from '@cardea/http';
import { createCors, listenerTls, oauthErrorBody } from '@cardea/http';
import type { clientOriginV1, ClientOf } from '@cardea/rpc';
import type { Config, Host } from '@cardea/service';
import { hydraErrorBody } from './error-body.js';

type Origins = ClientOf<typeof clientOriginV1.ClientOriginServiceService>;

/** @param origins asked only for requests with an Origin header that the installation itself does not list */
export function listenerOptions(
  config: Config,
  origins: Origins,
): Pick<AnswerOptions, 'manner' | 'errorBody' | 'cors'> {
  const hydra = config.profile === 'hydra-compat';
  const settings = config.serve.public.cors;
  // Clients' own lists count unless somebody has said no; in Hydra, only when somebody has said yes.
  const clientsHaveSay = settings.enabled ?? !hydra;
  return {
    manner: hydra ? 'hydra' : 'oauth',
    errorBody: hydra ? hydraErrorBody : oauthErrorBody,
    cors: createCors({
      settings,
      ...(clientsHaveSay ? { allowedByClient: asking(origins) } : {}),
    }),
  };
}

/** Undefined for plain HTTP. */
export function publicTls({ serve, dev, profile }: Config, { now }: Pick<Host, 'now'>): ListenerTls | undefined {
  return listenerTls(serve, 'public', { mayMakeUp: dev || profile === 'hydra-compat', now });
}

const asking =
  (origins: Origins) =>
  async (origin: string, { clientId = '', accessToken = '' }: ClaimedClient): Promise<boolean> =>
    (await origins.checkOrigin({ origin, clientId, accessToken })).allowed;
