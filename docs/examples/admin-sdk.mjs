// Lists clients through Hydra's own SDK, with an API key in a header of every request: `node admin-sdk.mjs ADMIN_URL [NAME]`
import { Configuration, OAuth2Api } from '@ory/hydra-client';

const [basePath, clientName] = process.argv.slice(2);
if (basePath === undefined) {
  console.error('usage: node admin-sdk.mjs ADMIN_URL [NAME]   (the API key in CARDEA_ADMIN_KEY)');
  process.exit(2);
}

// Not `accessToken`: the SDK sends that to a few public endpoints only.
const headers = { Authorization: `Bearer ${process.env.CARDEA_ADMIN_KEY}` };
const configuration = new Configuration({ basePath, baseOptions: { headers } });
const { data } = await new OAuth2Api(configuration).listOAuth2Clients({ clientName });
for (const { client_name } of data) console.log(client_name);
