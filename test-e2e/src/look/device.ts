// A device that asks to be let in, as far as the pages of its person need one (RFC 8628 §3.1).
import { basic, createClient } from '../clients.js';
import type { DemoLine } from '../demo.js';

interface DeviceAnswer {
  readonly user_code: string;
  readonly verification_uri: string;
  readonly verification_uri_complete: string;
}

export async function askForDevice(demo: DemoLine): Promise<DeviceAnswer> {
  const grant = 'urn:ietf:params:oauth:grant-type:device_code';
  const client = await createClient(demo.admin, { client_name: 'Television', grant_types: [grant] });
  const response = await fetch(`${demo.public}/oauth2/device/auth`, {
    method: 'POST',
    headers: { authorization: basic(client) },
    body: new URLSearchParams({ client_id: client.client_id, scope: 'openid profile' }),
  });
  if (!response.ok) throw new Error(`no device code but ${String(response.status)}: ${await response.text()}`);
  return (await response.json()) as DeviceAnswer;
}
