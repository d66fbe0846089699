// What flows and actions of the relying party tell, in English.
import type { Doing } from '../flow/problem.js';

type Words = readonly [title: string, todo: string];

const notGood: Words = ['The access token is not good any more', 'Refresh it, or log in again.'];

const byCode: Readonly<Record<string, Words>> = {
  access_denied: ['You said no', 'Nothing was given to this app. Log in again if you did not mean it.'],
  login_required: [
    'The provider would have to ask who you are',
    'prompt=none forbids that. Log in once and tick “keep me logged in”, then try again.',
  ],
  consent_required: [
    'The provider would have to ask for your agreement',
    'prompt=none forbids that. Log in once and tick “do not ask me again”, then try again.',
  ],
  interaction_required: [
    'The provider would have to show you something',
    'prompt=none forbids that. Log in the usual way.',
  ],
  invalid_client: [
    'The provider does not know this app by its id and secret',
    'Compare CLIENT_ID, CLIENT_SECRET and the registered token_endpoint_auth_method.',
  ],
  unauthorized_client: ['This client may not do that', 'Add the grant type to its registration.'],
  invalid_scope: ['This client may not ask for one of the scopes', 'Add the scope to its registration.'],
  invalid_request: ['The provider could not make sense of the request', 'Its own words below say which part.'],
  invalid_token: notGood,
  token_inactive: notGood,
  request_unauthorized: notGood,
  temporarily_unavailable: [
    'The provider is there but cannot work right now',
    'Nothing changed. Wait a moment, then try again.',
  ],
  server_error: ['The provider had a fault', 'Its log says more; look for the error id.'],
};

const grant: Partial<Readonly<Record<Doing, Words>>> = {
  code: ['The code was not accepted', 'It was used already, is too old, or is not ours. Log in again.'],
  refresh: ['The refresh token was not accepted', 'It was revoked, is too old, or was used twice. Log in again.'],
  replay: [
    'Taken for theft, and rightly so',
    'A refresh token that was replaced a while ago came back, so one of the two who hold it is not us. The provider ended the whole family of tokens: introspect them to see. Log in again.',
  ],
};

export const story = {
  problem: {
    byCode,
    grant,
    otherGrant: ['The grant was not accepted', 'Log in again.'] as Words,
    other: ['The provider answered with an error', 'Its own words below say more.'] as Words,
    unreachable: [
      'The provider does not answer',
      'Is it running? Nothing changed here; try again in a moment.',
    ] as Words,
    unverified: [
      'The provider’s answer failed a check',
      'This app refuses what it cannot verify. Log in again; if it happens again, the provider or this app is set up wrongly.',
    ] as Words,
    stale: ['That form was out of date', 'Nothing was sent. Please press the button once more.'] as Words,
    unknownState: [
      'This answer belongs to no login that this browser began',
      'It was used already, or it comes from somewhere else. Log in again.',
    ] as Words,
  },
  step: {
    app: 'This app',
    browser: 'Your browser',
    loginApp: 'login app',
    noAnswer: 'No answer.',
    discovery: 'Discovery',
    discoveryWords: 'This app knows nothing but the issuer’s name; the provider says where everything is.',
    request: 'Authorization request',
    requestWords: 'This app sent the browser to the provider with a request in its address.',
    requestCurl: 'shows where the browser would be sent next',
    callback: 'Callback',
    callbackCode: 'The provider sent the browser back with a code. The state is ours, so the answer is to our request.',
    callbackError:
      'The provider sent the browser back with an error. The state is ours, so the answer is to our request.',
    token: 'Token request',
    tokenWords:
      'From server to server: the code, the secret behind the code_challenge, and this app’s own proof, for tokens. The browser sees none of it.',
    keys: 'Public keys',
    keysWords: 'The ID token’s signature was checked against the provider’s published keys.',
    logout: 'Logout request',
    logoutWords:
      'This app sent the browser to the provider to end the session there; the login app asks whether you mean it.',
    logoutCurl: 'only a browser with your session can do the rest',
    loggedOut: 'Back from logout',
    loggedOutWords:
      'The provider ended its session and sent the browser back. The state is ours, so this app ends its own.',
  },
  meanwhile: {
    login: 'To the login app',
    loginWords:
      'The provider sent the browser on with a login_challenge. The login app asked the admin API what it means, found out who you are, and told the admin API, which named the address to go on to. This app takes no part in it and never sees a password.',
    consent: 'To the consent app',
    consentWords:
      'Back at the provider with a login_verifier, the browser was sent on with a consent_challenge. The same game again: the consent app asked what is wanted, you answered, it told the admin API.',
    unsaid: 'The ID token does not say when you logged in.',
    remembered: (at: string, ago: string) =>
      `The provider remembered you from ${at}, ${ago}: the login app was told skip=true and showed no page.`,
    loggedIn: (at: string, how: string) => `You logged in at ${at}${how === '' ? '' : ` ${how}`}.`,
    pwd: 'with a password',
    otp: 'with a one-time code',
    hwk: 'with a hardware key',
    by: (method: string) => `by ${method}`,
    and: ' and ',
    granted: (given: string, rest: string) => `Granted: ${given} (${rest}).`,
    nothing: 'nothing',
    all: 'all that this app asked for',
    withheld: (scopes: string) => `not: ${scopes}`,
    took: (seconds: string) => `All of this took ${seconds} s, most of it yours.`,
  },
  result: {
    accessToken: 'access token',
    refreshToken: 'refresh token',
    accessTokenLabel: 'Access token',
    refreshTokenLabel: 'Refresh token',
    userinfo: 'Userinfo',
    userinfoStep: 'The access token for the claims that its scopes allow.',
    userinfoWords: 'What the provider tells about you to whoever holds the access token.',
    introspection: (token: string) => `Introspection of the ${token}`,
    introspectionStep:
      'Asked at the admin API, as a resource server inside the house would: is this token good, and for what?',
    active: (token: string) => `The ${token} is active`,
    activeWords: 'The provider vouches for it right now.',
    inactive: (token: string) => `The ${token} is not active`,
    inactiveWords: 'Revoked, expired or used up: the provider does not say which, and says nothing else.',
    revocation: (token: string) => `Revocation of the ${token}`,
    revocationStep: 'This app says that it needs the token no more.',
    revoked: (token: string) => `The ${token} is revoked`,
    revokedWords:
      'The tokens that hang together with it fall too: introspect both to see. Your login at the provider goes on.',
    refresh: 'Refresh',
    refreshStep: 'The refresh token for new tokens; it is used up by that.',
    noRefreshToken: 'There is no refresh token',
    noRefreshTokenWords: 'It comes with the scope offline_access. Log in again and grant “stay connected”.',
    refreshed: 'Refreshed',
    refreshedWords:
      'The refresh token was rotated: the old one has been traded in, a new one takes its place. Compare their fingerprints.',
    replay: 'The old refresh token again',
    replayStep: 'A refresh token that was traded in already, as after an answer that got lost on its way.',
    noOldToken: 'There is no old refresh token yet',
    noOldTokenWords: 'Refresh first: what is traded in becomes the old one.',
    sameSuccessor: 'The same successor came back',
    sameSuccessorWords:
      'Within a short window the provider takes a repeated refresh by the same client for a lost answer and repeats it: no second family of tokens, and nobody is logged out by a bad network. Later it calls the same thing theft; wait and try.',
    otherSuccessor: 'Another successor came back',
    otherSuccessorWords:
      'The provider took the repeated refresh for a lost answer, but did not repeat the one it gave.',
    loggedOut: 'You are logged out',
    loggedOutWords:
      'The provider’s session is over, and this app has forgotten its tokens. Tokens that were given out before stay good until they expire; an app that wants them gone revokes them first.',
  },
};
