// The pages of the device flow: where the code of a device is typed, and what is said when the device is let in (RFC 8628 §3.3).
import type { Html } from '../html.js';
import { html } from '../html.js';
import { page } from '../page.js';

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

export function devicePage(view: DeviceView): Html {
  const { codeError, notice } = view;
  return page(
    codeError === undefined ? 'Let a device in' : 'Please check: let a device in',
    html`<h1>Let a device in</h1>
      ${notice !== undefined && html`<div class="notice alarm" role="alert"><p>${notice}</p></div>`}
      <p>
        ${
          view.brought
            ? 'Compare this code with the one on your device. Go on only if they are the same and the device is in front of you.'
            : 'Type the code that your device shows. If somebody sent you the code, stop: you would let in their device.'
        }
      </p>
      <form id="device-form" method="post" action="/device">
        <input type="hidden" name="csrf" value="${view.csrf}" />
        <input type="hidden" name="device_challenge" value="${view.challenge}" />
        <div class="field">
          <label for="user-code">Code</label>
          <input
            type="text"
            id="user-code"
            name="user_code"
            value="${view.userCode}"
            required
            maxlength="64"
            autocomplete="off"
            autocapitalize="characters"
            spellcheck="false"
            ${codeError !== undefined && html` aria-invalid="true" aria-describedby="user-code-error"`}
          />
          ${codeError !== undefined && html`<p class="error" id="user-code-error">${codeError}</p>`}
        </div>
        <div class="actions">
          <button type="submit" id="continue">${view.brought ? 'The codes are the same' : 'Continue'}</button>
        </div>
      </form>`,
  );
}

export function deviceDonePage(): Html {
  return page(
    'Your device is let in',
    html`<h1>Your device is let in</h1>
      <p>Go on at the device: it will notice in a moment. You can close this window.</p>`,
  );
}
