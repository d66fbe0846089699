// What became of a challenge of the login, consent, logout or device app.
import type { Api, Json } from '../api/client.js';
import { Failure } from '../failure.js';
import type { Finding } from '../findings/finding.js';
import { note, ok, warning, wrong } from '../findings/finding.js';
import type { Explanation } from './explain.js';
import type { Interaction } from './recognise.js';

/** The device app answers with a user code; there is nothing to read of its challenge. */
const readable = ['login', 'consent', 'logout'] as const;

/** @param of whose it is, when the URL said so; otherwise each is asked */
export async function explainChallenge(
  admin: Api,
  challenge: string,
  of: Interaction | undefined,
): Promise<Explanation> {
  if (of === 'device') {
    return {
      title: 'A device challenge.',
      findings: [
        note('use', 'the device page sends it with the user code: PUT /admin/oauth2/auth/requests/device/accept'),
      ],
    };
  }
  for (const interaction of of === undefined ? readable : [of]) {
    const path = `/admin/oauth2/auth/requests/${interaction}`;
    const answer = await admin.raw('GET', path, { query: { [`${interaction}_challenge`]: challenge } });
    const title = `A ${interaction} challenge.`;
    if (answer.status === 200) return { title, findings: waiting(JSON.parse(answer.text) as Json, interaction) };
    if (answer.status === 410) return { title, findings: [handled(interaction)] };
    // Who lacks a credential is told what to send; whose challenge has ended is not.
    if (answer.status === 401 && answer.headers['www-authenticate'] === undefined) {
      return { title, findings: [expired(interaction)] };
    }
    if (answer.status === 401 || answer.status === 403) {
      await admin.call('GET', path, { query: { [`${interaction}_challenge`]: challenge } });
    }
    if (of !== undefined) return { title, findings: [gone(interaction)] };
  }
  throw new Failure(
    'this is no token, and no challenge that is known here; challenges end with ttl.login_consent_request',
  );
}

function waiting(request: Json, interaction: string): Finding[] {
  const client = request['client'] as Json | undefined;
  const said = (name: string) => {
    const value = request[name];
    const text = Array.isArray(value) ? value.join(' ') : typeof value === 'string' ? value : '';
    return text === '' ? [] : [note(name, text)];
  };
  const skip = request['skip'] === true;
  return [
    ok('state', `it waits for the ${interaction} app to accept or reject it`),
    ...(client === undefined ? [] : [note('client', String(client['client_id']))]),
    ...['subject', 'requested_scope', 'requested_access_token_audience', 'session_id'].flatMap(said),
    ...(skip ? [note('skip', 'true: the app should accept without asking, for the person is known')] : []),
  ];
}

const handled = (interaction: string): Finding =>
  warning('state', `the ${interaction} app answered it before`, {
    why: 'a challenge is answered once: somebody used the back button, or sent the form twice',
    fix: 'send the browser to the redirect_to of the 410 answer',
  });

const expired = (interaction: string): Finding =>
  wrong('state', 'it has expired: nobody answered it in time', {
    decides: 'ttl.login_consent_request',
    fix: `begin again at the client; when people need longer at the ${interaction} app, raise ttl.login_consent_request`,
  });

const gone = (interaction: string): Finding =>
  wrong('state', `nobody here knows it: it was cut off, or belongs to another provider`, {
    decides: 'secrets.system, the admin API that is asked',
    fix: `begin again at the client; see that the ${interaction} app passes the challenge on unchanged, and asks the right admin API`,
  });
