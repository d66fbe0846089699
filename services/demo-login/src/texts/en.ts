// Everything the login app says, in English. Other languages have the same keys: their type is this table's.
import { html } from '@cardea/pages';
import type { Account } from '../account.js';

const offline = {
  title: 'Stay connected',
  detail: 'It may renew its access while you are away, until you or it ends that.',
};

export const en = {
  language: 'en',
  site: 'Cardea demo login',
  skip: 'Skip to content',
  footer: 'A login and consent app like yours would be: it knows its users, and Cardea only through the admin API.',
  staleForm: 'This form was out of date, so nothing was sent. Please answer once more.',
  summary: 'Please check this',
  client: {
    application: 'the application',
    asksLogin: 'asks you to log in',
    asksConsent: 'asks for access to your account',
    asksLogout: 'asks you to log out',
    privacy: 'Privacy policy',
    terms: 'Terms of service',
    newWindow: 'opens a new window',
  },
  login: {
    title: 'Log in',
    titleFailed: 'Please check: log in',
    hint: html`This is a demo: <strong>any user name with any password</strong> works. Do not use a real password.`,
    username: 'User name',
    password: 'Password',
    remember: 'Keep me logged in for an hour',
    rememberDetail: 'The next application then lets you in without asking.',
    accept: 'Log in',
    cancel: 'Cancel',
    hurry: 'In a hurry?',
    demo: (name: string) => `Continue as ${name}`,
    usernameError: 'Type a user name of at most 120 characters.',
    passwordError: 'Type a password. Any will do here.',
  },
  consent: {
    title: (client: string) => `Allow ${client}?`,
    heading: (client: string) => `${client} would like to`,
    nothing: 'Know that you agreed, and nothing more.',
    audience: 'On your behalf at',
    remember: 'Do not ask me again',
    rememberDetail: 'Your answer then holds for this application until it is withdrawn.',
    accept: 'Allow',
    reject: 'Deny',
    destination: (host: string) => html`at <span id="destination">${host}</span> asks for access to your account`,
    account: (account: Account) =>
      html`Logged in as <strong id="account">${account.name}</strong> (${account.subject}).`,
    switchAccount: 'Use another account',
  },
  scopes: {
    openid: { title: 'Recognise you', detail: 'It learns an identifier that stays the same each time you log in.' },
    profile: { title: 'See your name', detail: (account: Account) => `${account.name}, user name ${account.subject}` },
    email: 'See your e-mail address',
    phone: { title: 'See your telephone number', detail: '+44 20 7946 0000, a number made for fiction' },
    address: { title: 'See your postal address', detail: '12 St James’s Square, London' },
    offline,
    other: {
      title: (scope: string) => `Use “${scope}”`,
      detail: 'A permission of its own making; its provider knows what it allows.',
    },
  },
  logout: {
    title: 'Log out',
    heading: 'Log out everywhere?',
    words: 'You are logged in with this browser. Logging out ends that for every application that relies on it.',
    named: (name: string) =>
      `${name}, you are logged in with this browser. Logging out ends that for every application that relies on it.`,
    accept: 'Log out',
    reject: 'Stay logged in',
    stayedTitle: 'Still logged in',
    stayed: 'You are still logged in',
    unchanged: 'Nothing was changed.',
    back: (name: string) => `Back to ${name}`,
  },
  device: {
    title: 'Let a device in',
    titleFailed: 'Please check: let a device in',
    compare:
      'Compare this code with the one on your device. Go on only if they are the same and the device is in front of you.',
    type: 'Type the code that your device shows. If somebody sent you the code, stop: you would let in their device.',
    code: 'Code',
    same: 'The codes are the same',
    accept: 'Continue',
    codeError: 'No device shows this code. It may have run out: look at the device once more.',
    done: 'Your device is let in',
    doneWords: 'Go on at the device: it will notice in a moment. You can close this window.',
  },
  welcome: {
    title: 'Welcome',
    heading: 'There is nothing to log in to yet',
    words:
      'Cardea sends browsers here when an application asks somebody to log in, to agree or to log out. Start at an application.',
    operators: html`This app answers at <code>/login</code>, <code>/consent</code>, <code>/logout</code> and
      <code>/device</code>. Replace it with your own by pointing <code>urls.login</code>, <code>urls.consent</code>,
      <code>urls.logout</code> and <code>urls.device</code> there.`,
    home: 'Go to the demo application',
  },
  problem: {
    operators: 'For whoever runs this:',
    again: 'Start again',
    retry: 'Try again',
    goBack: 'Go back to the application you came from and begin again. Nothing was changed.',
    expired: {
      title: {
        login: 'This login request is no longer open',
        consent: 'This consent request is no longer open',
        logout: 'This logout request is no longer open',
        device: 'This device request is no longer open',
      },
      what: 'It is too old, it was answered already, or its address was not copied whole.',
    },
    refused: {
      title: 'The provider refused this answer',
      what: 'This login app sent something that the provider does not accept.',
    },
    limited: {
      title: 'Too many attempts',
      what: 'Too many wrong answers came from your network, so none is looked at for a while.',
      todo: 'Wait ten minutes, then try again.',
    },
    unavailable: {
      title: 'The provider does not answer',
      what: 'This login app could not reach the admin API, or it had a fault of its own.',
      todo: 'Your request is still open: wait a moment, then try again.',
    },
    missing: {
      title: 'This page needs a request to answer',
      what: (parameter: string) => `Its address carries no ${parameter}, so nobody has asked for anything.`,
      todo: 'Start at an application: it sends you here when it is time.',
    },
    fault: { title: 'Something broke here', what: 'This login app had a fault; its log says more.' },
    unreadable: {
      title: 'This form cannot be read',
      what: 'It is too large or not written as browsers write forms.',
    },
    onceMore: 'Go back and try once more.',
    unknown: {
      title: 'There is no such page',
      what: 'This app logs people in; it has no page at this address.',
      todo: 'Go back to the application you came from.',
    },
  },
};

/** What every language says. */
export type Texts = typeof en;
