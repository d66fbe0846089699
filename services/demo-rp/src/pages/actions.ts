// What can be done next: a button, and in one line what it shows.
import { html, type Html } from '@cardea/pages';
import type { Session } from '../sessions.js';

interface ActionRow {
  readonly path: string;
  readonly title: string;
  readonly words: string;
  readonly buttons: readonly { readonly id: string; readonly text: string; readonly token?: string }[];
  /** Why it cannot be done now. */
  readonly blocked?: string | undefined;
}

function rowsFor(session: Session): ActionRow[] {
  const refreshable = session.tokens?.refreshToken !== undefined;
  const noRefresh = refreshable ? undefined : 'There is no refresh token: it takes the scope offline_access.';
  const which = (verb: string): ActionRow['buttons'] => [
    { id: `${verb}-access`, text: 'Access token', token: 'access_token' },
    ...(refreshable ? [{ id: `${verb}-refresh`, text: 'Refresh token', token: 'refresh_token' }] : []),
  ];
  return [
    {
      path: '/actions/refresh',
      title: 'Refresh',
      words: 'Trade the refresh token for new tokens, and see it rotate.',
      buttons: [{ id: 'refresh', text: 'Refresh' }],
      blocked: noRefresh,
    },
    {
      path: '/actions/replay',
      title: 'Repeat the last refresh',
      words: 'As if its answer had got lost: the old refresh token once more.',
      buttons: [{ id: 'replay', text: 'Use the old refresh token again' }],
      blocked: noRefresh ?? (session.previousRefreshToken === undefined ? 'Refresh first.' : undefined),
    },
    {
      path: '/actions/userinfo',
      title: 'Userinfo',
      words: 'Ask the provider about yourself with the access token.',
      buttons: [{ id: 'userinfo', text: 'Userinfo' }],
    },
    {
      path: '/actions/introspect',
      title: 'Introspect',
      words: 'Ask the admin API whether a token is good, as an API would.',
      buttons: which('introspect'),
    },
    {
      path: '/actions/revoke',
      title: 'Revoke',
      words: 'Give a token up, and everything that hangs together with it.',
      buttons: which('revoke'),
    },
  ];
}

function actionRow(row: ActionRow, csrf: string): Html {
  const buttons = row.buttons.map(
    ({ id, text, token }) =>
      html`<button
        type="submit"
        id="${id}"
        class="quiet"
        ${token !== undefined && html`name="token" value="${token}" aria-label="${row.title}: ${text.toLowerCase()}"`}
        ${row.blocked !== undefined && html`disabled`}
      >
        ${text}
      </button>`,
  );
  return html`<li>
    <div>
      <h3>${row.title}</h3>
      <p>${row.words}${row.blocked !== undefined && html` <span class="blocked">${row.blocked}</span>`}</p>
    </div>
    <form method="post" action="${row.path}"><input type="hidden" name="csrf" value="${csrf}" />${buttons}</form>
  </li>`;
}

export function actionsSection(session: Session): Html {
  return html`<section id="actions" aria-labelledby="actions-title">
    <h2 id="actions-title">Try it</h2>
    <ul class="doings">
      ${rowsFor(session).map((row) => actionRow(row, session.csrf))}
      <li>
        <div>
          <h3>Log out</h3>
          <p>End the session at the provider too; it asks you first.</p>
        </div>
        <form method="post" action="/logout">
          <input type="hidden" name="csrf" value="${session.csrf}" /><button type="submit" id="log-out">Log out</button>
        </form>
      </li>
    </ul>
    <form method="post" action="/forget" class="forget small muted">
      <input type="hidden" name="csrf" value="${session.csrf}" />
      Only here, and without asking anybody: <button type="submit" id="forget" class="link">forget this session</button>
    </form>
  </section>`;
}
