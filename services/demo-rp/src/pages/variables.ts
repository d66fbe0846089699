// The values that the commands of the page take from the shell, whole, behind a fold; the client's secret stays on the server.
import { html, type Html } from '@cardea/pages';
import type { Session } from '../sessions.js';
import type { RelyingPartySettings } from '../settings.js';
import type { Texts } from '../texts.js';

/** Assignments for a POSIX shell; values come from outside, so each is quoted. */
function shellVariables(values: Readonly<Record<string, string | undefined>>): string {
  return Object.entries(values)
    .flatMap(([name, value]) => (value === undefined ? [] : [`${name}='${value.replace(/'/g, `'\\''`)}'`]))
    .join('\n');
}

export function variablesSection(
  { variables }: Texts,
  session: Session,
  settings: RelyingPartySettings,
): Html | undefined {
  const { tokens } = session;
  if (tokens === undefined) return undefined;
  const assignments = shellVariables({
    CLIENT_ID: settings.clientId,
    ACCESS_TOKEN: tokens.accessToken,
    REFRESH_TOKEN: tokens.refreshToken,
    OLD_REFRESH_TOKEN: session.previousRefreshToken,
    ID_TOKEN: tokens.idToken,
  });
  const secret = settings.clientSecret === undefined ? '' : `\nCLIENT_SECRET=…  # ${variables.secret}`;
  return html`<details class="variables" id="variables">
    <summary>${variables.title}</summary>
    <p class="small muted">${variables.words}</p>
    <pre tabindex="0">${assignments}${secret}</pre>
  </details>`;
}
