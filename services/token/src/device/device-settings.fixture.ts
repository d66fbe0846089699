// Settings of the device flow, for tests.
import { userCodePresets } from '@cardea/oauth';
import type { DeviceSettings } from './device-rooms.js';

export const testDeviceSettings: DeviceSettings = {
  codeSeconds: 600,
  intervalSeconds: 5,
  userCode: userCodePresets.high,
  pages: { verification: 'https://ui.test/device?theme=dark', success: 'https://ui.test/done' },
  csrfCookie: 'device_csrf',
};
