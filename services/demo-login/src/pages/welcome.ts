// The page for somebody who opens the login app by itself.
import { html, type Html } from '../html.js';
import { page } from '../page.js';

export function welcomePage(homeUrl: string | undefined): Html {
  return page(
    'Welcome',
    html`<h1>There is nothing to log in to yet</h1>
      <p>
        Cardea sends browsers here when an application asks somebody to log in, to agree or to log out. Start at an
        application.
      </p>
      ${homeUrl !== undefined && html`<div class="actions"><a class="button" id="way-back" href="${homeUrl}">Go to the demo application</a></div>`}
      <div class="aside small muted">
        <p>
          This app answers at <code>/login</code>, <code>/consent</code>, <code>/logout</code> and <code>/device</code>.
          Replace it with your own by pointing <code>urls.login</code>, <code>urls.consent</code>,
          <code>urls.logout</code> and <code>urls.device</code> there.
        </p>
      </div>`,
  );
}
