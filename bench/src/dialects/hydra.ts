// Hydra's way, which is ours: the login app is elsewhere and answers through the admin API (hydra-wire §2.3, §2.4).
import type { FlowClient } from '../load/flow.js';
import { acceptAll, loginRequest } from '../load/flow.js';
import { WrongAnswer } from '../load/lane.js';
import type { Dialect } from './dialect.js';

export const hydraDialect: Dialect = {
  obtainCode: acceptAll,
  async checkLogin(lane, client: FlowClient, challenge) {
    const asked = await loginRequest(lane.admin, challenge);
    const { client_id: clientId } = asked['client'] as Record<string, unknown>;
    if (clientId !== client.clientId || asked['skip'] !== false)
      throw new WrongAnswer('a challenge for another client, or for nobody to log in');
  },
  introspectionHeaders: () => ({}),
};
