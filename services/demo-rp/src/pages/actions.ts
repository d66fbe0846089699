// What can be done next: a button, and in one line what it shows.
import { html, type Html } from '@cardea/pages';
import type { Session } from '../sessions.js';
import type { Texts } from '../texts.js';

interface ActionRow {
  readonly path: string;
  readonly title: string;
  readonly words: string;
  readonly buttons: readonly { readonly id: string; readonly text: string; readonly token?: string }[];
  /** Why it cannot be done now. */
  readonly blocked?: string | undefined;
}

function rowsFor({ actions }: Texts, session: Session): ActionRow[] {
  const refreshable = session.tokens?.refreshToken !== undefined;
  const noRefresh = refreshable ? undefined : actions.noRefresh;
  const which = (verb: string): ActionRow['buttons'] => [
    { id: `${verb}-access`, text: actions.accessToken, token: 'access_token' },
    ...(refreshable ? [{ id: `${verb}-refresh`, text: actions.refreshToken, token: 'refresh_token' }] : []),
  ];
  return [
    {
      path: '/actions/refresh',
      title: actions.refresh,
      words: actions.refreshWords,
      buttons: [{ id: 'refresh', text: actions.refresh }],
      blocked: noRefresh,
    },
    {
      path: '/actions/replay',
      title: actions.replay,
      words: actions.replayWords,
      buttons: [{ id: 'replay', text: actions.replayButton }],
      blocked: noRefresh ?? (session.previousRefreshToken === undefined ? actions.refreshFirst : undefined),
    },
    {
      path: '/actions/userinfo',
      title: actions.userinfo,
      words: actions.userinfoWords,
      buttons: [{ id: 'userinfo', text: actions.userinfo }],
    },
    {
      path: '/actions/introspect',
      title: actions.introspect,
      words: actions.introspectWords,
      buttons: which('introspect'),
    },
    { path: '/actions/revoke', title: actions.revoke, words: actions.revokeWords, buttons: which('revoke') },
  ];
}

function actionRow(row: ActionRow, csrf: string): Html {
  const buttons = row.buttons.map(
    ({ id, text, token }) =>
      html`<button
        type="submit"
        id="${id}"
        class="quiet"
        ${token !== undefined && html`name="token" value="${token}" aria-label="${row.title}: ${text}"`}
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

export function actionsSection(texts: Texts, session: Session): Html {
  const said = texts.actions;
  const csrf = html`<input type="hidden" name="csrf" value="${session.csrf}" />`;
  return html`<section id="actions" aria-labelledby="actions-title">
    <h2 id="actions-title">${said.title}</h2>
    <ul class="doings">
      ${rowsFor(texts, session).map((row) => actionRow(row, session.csrf))}
      <li>
        <div>
          <h3>${said.logOut}</h3>
          <p>${said.logOutWords}</p>
        </div>
        <form method="post" action="/logout">${csrf}<button type="submit" id="log-out">${said.logOut}</button></form>
      </li>
    </ul>
    <form method="post" action="/forget" class="forget small muted">
      ${csrf} ${said.forgetWords} <button type="submit" id="forget" class="link">${said.forget}</button>
    </form>
  </section>`;
}
