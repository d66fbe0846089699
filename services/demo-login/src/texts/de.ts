// Everything the login app says, in German.
import { html } from '@cardea/pages';
import type { Texts } from './en.js';

export const de: Texts = {
  language: 'de',
  site: 'Cardea-Demo: Anmeldung',
  skip: 'Zum Inhalt',
  footer:
    'Eine Anmelde-App, wie Ihre eine wäre: Sie kennt ihre Benutzer, und Cardea nur über die Verwaltungsschnittstelle.',
  staleForm: 'Dieses Formular war veraltet, es wurde nichts gesendet. Bitte antworten Sie noch einmal.',
  summary: 'Bitte prüfen Sie das',
  client: {
    application: 'der Anwendung',
    asksLogin: 'bittet Sie, sich anzumelden',
    asksConsent: 'bittet um Zugriff auf Ihr Konto',
    asksLogout: 'bittet Sie, sich abzumelden',
    privacy: 'Datenschutz',
    terms: 'Nutzungsbedingungen',
    newWindow: 'öffnet ein neues Fenster',
  },
  login: {
    title: 'Anmelden',
    titleFailed: 'Bitte prüfen: Anmelden',
    hint: html`Dies ist eine Demo: <strong>Jeder Benutzername mit jedem Passwort</strong> genügt. Nehmen Sie kein echtes
      Passwort.`,
    username: 'Benutzername',
    password: 'Passwort',
    remember: 'Eine Stunde lang angemeldet bleiben',
    rememberDetail: 'Die nächste Anwendung lässt Sie dann ohne Frage ein.',
    accept: 'Anmelden',
    cancel: 'Abbrechen',
    hurry: 'Keine Zeit?',
    demo: (name) => `Weiter als ${name}`,
    usernameError: 'Geben Sie einen Benutzernamen mit höchstens 120 Zeichen ein.',
    passwordError: 'Geben Sie ein Passwort ein. Hier genügt irgendeines.',
  },
  consent: {
    title: (client) => `${client} erlauben?`,
    heading: (client) => `${client} möchte`,
    nothing: 'Wissen, dass Sie zugestimmt haben, und sonst nichts.',
    audience: 'In Ihrem Namen bei',
    remember: 'Nicht noch einmal fragen',
    rememberDetail: 'Ihre Antwort gilt dann für diese Anwendung, bis sie widerrufen wird.',
    accept: 'Erlauben',
    reject: 'Ablehnen',
    destination: (host) => html`unter <span id="destination">${host}</span> bittet um Zugriff auf Ihr Konto`,
    account: (account) => html`Angemeldet als <strong id="account">${account.name}</strong> (${account.subject}).`,
    switchAccount: 'Anderes Konto verwenden',
  },
  scopes: {
    openid: {
      title: 'Sie wiedererkennen',
      detail: 'Sie erfährt eine Kennung, die bei jeder Anmeldung dieselbe ist.',
    },
    profile: {
      title: 'Ihren Namen sehen',
      detail: (account) => `${account.name}, Benutzername ${account.subject}`,
    },
    email: 'Ihre E-Mail-Adresse sehen',
    phone: { title: 'Ihre Telefonnummer sehen', detail: '+44 20 7946 0000, eine frei erfundene Nummer' },
    address: { title: 'Ihre Postanschrift sehen', detail: '12 St James’s Square, London' },
    offline: {
      title: 'Verbunden bleiben',
      detail: 'Sie darf ihren Zugriff erneuern, während Sie fort sind, bis Sie oder sie das beenden.',
    },
    other: {
      title: (scope) => `„${scope}“ verwenden`,
      detail: 'Eine Berechtigung eigener Art; was sie erlaubt, weiß ihr Anbieter.',
    },
  },
  logout: {
    title: 'Abmelden',
    heading: 'Überall abmelden?',
    words:
      'Sie sind in diesem Browser angemeldet. Die Abmeldung beendet das für jede Anwendung, die sich darauf stützt.',
    named: (name) =>
      `${name}, Sie sind in diesem Browser angemeldet. Die Abmeldung beendet das für jede Anwendung, die sich darauf stützt.`,
    accept: 'Abmelden',
    reject: 'Angemeldet bleiben',
    stayedTitle: 'Weiter angemeldet',
    stayed: 'Sie sind weiter angemeldet',
    unchanged: 'Es wurde nichts geändert.',
    back: (name) => `Zurück zu ${name}`,
  },
  device: {
    title: 'Ein Gerät einlassen',
    titleFailed: 'Bitte prüfen: Ein Gerät einlassen',
    compare:
      'Vergleichen Sie diesen Code mit dem auf Ihrem Gerät. Gehen Sie nur weiter, wenn beide gleich sind und das Gerät vor Ihnen steht.',
    type: 'Geben Sie den Code ein, den Ihr Gerät zeigt. Hat Ihnen jemand den Code geschickt, hören Sie auf: Sie würden dessen Gerät einlassen.',
    code: 'Code',
    same: 'Die Codes sind gleich',
    accept: 'Weiter',
    codeError: 'Kein Gerät zeigt diesen Code. Vielleicht ist er abgelaufen: Sehen Sie noch einmal auf das Gerät.',
    done: 'Ihr Gerät ist eingelassen',
    doneWords: 'Machen Sie am Gerät weiter: Es merkt es gleich. Sie können dieses Fenster schließen.',
  },
  welcome: {
    title: 'Willkommen',
    heading: 'Es gibt noch nichts, wofür Sie sich anmelden könnten',
    words:
      'Cardea schickt Browser hierher, wenn eine Anwendung jemanden bittet, sich anzumelden, zuzustimmen oder sich abzumelden. Beginnen Sie bei einer Anwendung.',
    operators: html`Diese App antwortet unter <code>/login</code>, <code>/consent</code>, <code>/logout</code> und
      <code>/device</code>. Ersetzen Sie sie durch Ihre eigene, indem Sie <code>urls.login</code>,
      <code>urls.consent</code>, <code>urls.logout</code> und <code>urls.device</code> dorthin zeigen lassen.`,
    home: 'Zur Demo-Anwendung',
  },
  problem: {
    operators: 'Für den Betreiber:',
    again: 'Neu beginnen',
    retry: 'Noch einmal versuchen',
    goBack:
      'Gehen Sie zurück zu der Anwendung, von der Sie kamen, und beginnen Sie von vorn. Es wurde nichts geändert.',
    expired: {
      title: {
        login: 'Diese Anmeldung ist nicht mehr offen',
        consent: 'Diese Frage nach Zustimmung ist nicht mehr offen',
        logout: 'Diese Abmeldung ist nicht mehr offen',
        device: 'Diese Frage nach einem Gerät ist nicht mehr offen',
      },
      what: 'Sie ist zu alt, wurde schon beantwortet, oder ihre Adresse wurde nicht ganz kopiert.',
    },
    refused: {
      title: 'Der Anbieter hat diese Antwort abgelehnt',
      what: 'Diese Anmelde-App hat etwas gesendet, was der Anbieter nicht annimmt.',
    },
    limited: {
      title: 'Zu viele Versuche',
      what: 'Aus Ihrem Netz kamen zu viele falsche Antworten, darum wird eine Weile keine mehr angesehen.',
      todo: 'Warten Sie zehn Minuten und versuchen Sie es dann noch einmal.',
    },
    unavailable: {
      title: 'Der Anbieter antwortet nicht',
      what: 'Diese Anmelde-App erreicht die Verwaltungsschnittstelle nicht, oder dort ist etwas fehlgeschlagen.',
      todo: 'Ihre Anfrage ist noch offen: Warten Sie einen Augenblick und versuchen Sie es noch einmal.',
    },
    missing: {
      title: 'Diese Seite braucht eine Anfrage',
      what: (parameter) => `In ihrer Adresse fehlt ${parameter}, es hat also niemand etwas gefragt.`,
      todo: 'Beginnen Sie bei einer Anwendung: Sie schickt Sie her, wenn es so weit ist.',
    },
    fault: {
      title: 'Hier ist etwas kaputtgegangen',
      what: 'Diese Anmelde-App hatte einen Fehler; ihr Protokoll sagt mehr.',
    },
    unreadable: {
      title: 'Dieses Formular ist nicht lesbar',
      what: 'Es ist zu groß oder nicht so geschrieben, wie Browser Formulare schreiben.',
    },
    onceMore: 'Gehen Sie zurück und versuchen Sie es noch einmal.',
    unknown: {
      title: 'Diese Seite gibt es nicht',
      what: 'Diese App meldet Menschen an; unter dieser Adresse hat sie keine Seite.',
      todo: 'Gehen Sie zurück zu der Anwendung, von der Sie kamen.',
    },
  },
};
