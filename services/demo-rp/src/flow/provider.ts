// The provider as openid-client sees it: discovered anew for each login, every request on the record, every ID token verified.
import * as client from 'openid-client';
import { clientAuthOf, isLoopback, type RelyingPartySettings } from '../settings.js';
import type { Recorder } from './record.js';

/** @throws Error when the issuer would be spoken to in the clear over a network */
export function createProvider(settings: RelyingPartySettings): {
  discover(recorder: Recorder): Promise<client.ServerMetadata>;
  configuration(metadata: client.ServerMetadata, recorder: Recorder): client.Configuration;
} {
  const issuer = new URL(settings.issuer);
  const plain = issuer.protocol === 'http:';
  if (plain && !isLoopback(settings.issuer))
    throw new Error(`issuer ${settings.issuer} must be https: it is not on loopback`);
  return {
    async discover(recorder) {
      const found = await client.discovery(issuer, settings.clientId, {}, client.None(), {
        [client.customFetch]: recorder.fetch,
        execute: plain ? [client.allowInsecureRequests] : [],
        timeout: 10,
      });
      return { ...found.serverMetadata() };
    },
    configuration(server, recorder) {
      const configuration = new client.Configuration(server, settings.clientId, {}, clientAuthOf(settings));
      if (plain) client.allowInsecureRequests(configuration);
      // Over TLS the token endpoint could be trusted without; here the signature is part of what there is to see.
      client.enableNonRepudiationChecks(configuration);
      configuration[client.customFetch] = recorder.fetch;
      configuration.timeout = 10;
      return configuration;
    },
  };
}

export type Provider = ReturnType<typeof createProvider>;
