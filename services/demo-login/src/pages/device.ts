// The pages of the device flow: where the code of a device is typed, and what is said when the device is let in (RFC 8628 §3.3).
import { html, type Html } from '@cardea/pages';
import { page } from '../page.js';
import type { Texts } from '../texts.js';
import { errorSummary, errorText, invalid, notice } from './notice.js';

/** Everything the question says. */
export interface DeviceView {
  readonly challenge: string;
  readonly csrf: string;
  /** What stands in the field. */
  readonly userCode: string;
  /** Whether it came with the address: then it has to be compared with what the device shows. */
  readonly brought: boolean;
  readonly notice?: string | undefined;
  readonly codeError?: string | undefined;
}

export function devicePage(texts: Texts, view: DeviceView): Html {
  const { codeError, brought } = view;
  const said = texts.device;
  const errors = codeError === undefined ? [] : [{ field: 'user-code', words: codeError }];
  return page(
    texts,
    errors.length === 0 ? said.title : said.titleFailed,
    html`<h1>${said.title}</h1>
      ${notice(view.notice)} ${errorSummary(texts, errors)}
      <p>${brought ? said.compare : said.type}</p>
      <form id="device-form" method="post" action="/device">
        <input type="hidden" name="csrf" value="${view.csrf}" />
        <input type="hidden" name="device_challenge" value="${view.challenge}" />
        <div class="field">
          <label for="user-code">${said.code}</label>
          <input
            class="code"
            type="text"
            id="user-code"
            name="user_code"
            value="${view.userCode}"
            required
            maxlength="64"
            autocomplete="off"
            autocapitalize="characters"
            spellcheck="false"
            ${invalid(errors, 'user-code')}
          />
          ${errorText(errors, 'user-code')}
        </div>
        <div class="actions">
          <button type="submit" id="continue">${brought ? said.same : said.accept}</button>
        </div>
      </form>`,
  );
}

export function deviceDonePage(texts: Texts): Html {
  const { done, doneWords } = texts.device;
  return page(
    texts,
    done,
    html`<h1>${done}</h1>
      <p>${doneWords}</p>`,
  );
}
