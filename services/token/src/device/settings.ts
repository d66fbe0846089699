// Reads the device rooms' settings out of the product's configuration; the only place that knows both spellings.
import { userCodePresets } from '@cardea/oauth';
import type { Config } from '@cardea/service';
import { required } from '@cardea/service';
import type { DeviceSettings } from './device-rooms.js';

const seconds = (millis: number) => Math.max(1, Math.floor(millis / 1000));

export function deviceSettings({ urls, ttl, oauth2, serve }: Config): DeviceSettings {
  const publicUrl = (urls.self.public ?? required(urls.self.issuer, 'urls.self.issuer')).replace(/\/+$/, '');
  const { tokenPollingInterval, userCode } = oauth2.deviceAuthorization;
  const { length, characterSet } = userCode;
  return {
    codeSeconds: seconds(ttl.deviceUserCode),
    intervalSeconds: seconds(tokenPollingInterval),
    userCode:
      length === undefined || characterSet === undefined
        ? userCodePresets[userCode.entropyPreset]
        : { length, characters: characterSet },
    pages: {
      verification: urls.device.verification ?? `${publicUrl}/oauth2/fallbacks/device`,
      success: urls.device.success ?? `${publicUrl}/oauth2/fallbacks/device/done`,
    },
    csrfCookie: serve.cookies.names.deviceCsrf,
  };
}
