// Everything the gateway's pages say, in English. Other languages have the same keys: their type is this table's.
import { html } from '@cardea/pages';

/** An error to the person at the browser, who did not make it: what happened, and what they can do. */
const words = (title: string, what: string, todo: string) => ({ title, what, todo });

const startAgain = 'Go back to the application you came from and try again.';

export const en = {
  language: 'en',
  operators: 'For operators:',
  fallback: {
    login: words(
      'Logging in is not set up yet',
      'This server does not know where people log in.',
      'If you came to log in, tell whoever runs the application.',
    ),
    consent: words(
      'Asking for consent is not set up yet',
      'This server does not know where people are asked for consent.',
      'If you came to use an application, tell whoever runs it.',
    ),
    logout: words(
      'Logging out is not set up yet',
      'This server does not know where people confirm that they want to log out.',
      'You are still logged in. Tell whoever runs the application.',
    ),
    device: words(
      'Connecting a device is not set up yet',
      'This server does not know where people type the code that a device shows.',
      'If a device sent you here, tell whoever offers it.',
    ),
    setting: (name: string) => html`set <code>${name}</code> to the page of your login and consent app.`,
  },
  loggedOut: {
    title: 'You are logged out',
    what: 'You can close this window.',
    operators: html`set <code>urls.post_logout_redirect</code> to send people somewhere else.`,
  },
  deviceDone: {
    title: 'Your device is let in',
    what: 'Go on at the device; you can close this window.',
    operators: html`set <code>urls.device.success</code> to send people to a page of your own.`,
  },
  error: {
    other: words(
      'This request could not be completed',
      'The application sent you here with a request that cannot be answered.',
      `${startAgain} If it happens again, tell whoever runs it what stands below.`,
    ),
    denied: words(
      'Nothing was allowed',
      'The request was refused, so the application was given nothing.',
      `${startAgain} If you refused by mistake, answer differently.`,
    ),
    application: words(
      'The application asked in a way that is not allowed',
      'It is not registered here as it says, or its request is wrong. You did nothing wrong.',
      'Tell whoever runs the application what stands below.',
    ),
    lost: words(
      'Your browser and this login do not belong together',
      'The login began in another browser or under another address, took too long, or your browser kept no cookies.',
      'Allow cookies for this site, go back to the application and begin again, in one window.',
    ),
    over: words(
      'This request is no longer open',
      'It is too old, it was answered already, or its address was not copied whole.',
      startAgain,
    ),
    limited: words(
      'Too many attempts',
      'Too many requests came from your network, so none is looked at for a while.',
      'Wait ten minutes, then try again.',
    ),
    away: words(
      'This does not work right now',
      'A part of this service is down or overloaded.',
      'Wait a moment, then reload the page you came from. If it lasts, tell whoever runs the service the error id.',
    ),
    broken: words(
      'Something broke here',
      'This service had a fault. You did nothing wrong.',
      `${startAgain} If it happens again, tell whoever runs the service the error id.`,
    ),
    code: 'Error',
    description: 'What happened',
    hint: 'Hint',
    debug: 'Details',
    id: 'Error id',
    fix: 'For developers',
    operators: html`set <code>urls.error</code> to show errors on a page of your own.`,
  },
  formPost: {
    title: 'Back to the application',
    heading: 'One more step',
    what: 'Your browser runs no scripts. Press the button to go back to the application.',
    submit: 'Continue',
  },
  frames: { title: 'Logging you out', what: 'The applications you used are being told.', on: 'Continue' },
};

/** What every language says. */
export type Texts = typeof en;
