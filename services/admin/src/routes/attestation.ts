// GET /admin/attestation: what the signer says it is, signed by itself; this service only passes it on (ours, Hydra has none).
import type { Route } from '@cardea/http';
import { callOptions, neverStored, readQuery, sendJson, valueOf } from '@cardea/http';
import type { ClientOf, keyAdminV1 } from '@cardea/rpc';

type Signer = Pick<ClientOf<typeof keyAdminV1.KeyAdminServiceService>, 'attest'>;

export function attestationRoutes(signer: Signer): Route[] {
  return [
    {
      path: '/admin/attestation',
      get: async (request, response) => {
        const nonce = valueOf(readQuery(request), 'nonce') ?? '';
        const { jwt } = await signer.attest({ nonce }, callOptions(request, response));
        sendJson(response, 200, { attestation: jwt }, neverStored(response));
      },
    },
  ];
}
