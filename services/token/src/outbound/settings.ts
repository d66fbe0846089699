// Reads where we may ask out of the product's configuration.
import type { Config } from '@cardea/service';
import type { TargetPolicy } from './target.js';
import { urlMatcher } from './url-glob.js';

export function outboundPolicy({ clients, profile, dev }: Config): TargetPolicy {
  const relaxed = dev || profile === 'hydra-compat';
  return {
    disallowPrivate: clients.http.disallowPrivateIpRanges,
    privateByDefault: relaxed,
    excepted: urlMatcher(clients.http.privateIpExceptionUrls),
    plainHttp: relaxed,
  };
}
