// Everything the gateway's pages say, in German.
import { html } from '@cardea/pages';
import type { Texts } from './en.js';

const words = (title: string, what: string, todo: string) => ({ title, what, todo });

const startAgain = 'Gehen Sie zurück zu der Anwendung, von der Sie kamen, und versuchen Sie es noch einmal.';

export const de: Texts = {
  language: 'de',
  operators: 'Für Betreiber:',
  fallback: {
    login: words(
      'Die Anmeldung ist noch nicht eingerichtet',
      'Dieser Server weiß nicht, wo man sich anmeldet.',
      'Wenn Sie sich anmelden wollten, sagen Sie es dem Betreiber der Anwendung.',
    ),
    consent: words(
      'Die Frage nach Zustimmung ist noch nicht eingerichtet',
      'Dieser Server weiß nicht, wo nach Zustimmung gefragt wird.',
      'Wenn Sie eine Anwendung nutzen wollten, sagen Sie es deren Betreiber.',
    ),
    logout: words(
      'Die Abmeldung ist noch nicht eingerichtet',
      'Dieser Server weiß nicht, wo man bestätigt, dass man sich abmelden will.',
      'Sie sind noch angemeldet. Sagen Sie es dem Betreiber der Anwendung.',
    ),
    device: words(
      'Das Verbinden von Geräten ist noch nicht eingerichtet',
      'Dieser Server weiß nicht, wo man den Code eingibt, den ein Gerät zeigt.',
      'Wenn ein Gerät Sie hergeschickt hat, sagen Sie es dessen Anbieter.',
    ),
    setting: (name) => html`Tragen Sie in <code>${name}</code> die Seite Ihrer Anmelde-App ein.`,
  },
  loggedOut: {
    title: 'Sie sind abgemeldet',
    what: 'Sie können dieses Fenster schließen.',
    operators: html`<code>urls.post_logout_redirect</code> führt stattdessen auf eine andere Seite.`,
  },
  deviceDone: {
    title: 'Ihr Gerät ist eingelassen',
    what: 'Machen Sie am Gerät weiter; Sie können dieses Fenster schließen.',
    operators: html`<code>urls.device.success</code> führt stattdessen auf eine eigene Seite.`,
  },
  error: {
    other: words(
      'Diese Anfrage ließ sich nicht abschließen',
      'Die Anwendung hat Sie mit einer Anfrage hergeschickt, auf die es keine Antwort gibt.',
      `${startAgain} Wenn es wieder geschieht, sagen Sie deren Betreiber, was unten steht.`,
    ),
    denied: words(
      'Es wurde nichts erlaubt',
      'Die Anfrage wurde abgelehnt, die Anwendung hat also nichts bekommen.',
      `${startAgain} Wenn Sie aus Versehen abgelehnt haben, antworten Sie anders.`,
    ),
    application: words(
      'Die Anwendung hat auf unerlaubte Weise gefragt',
      'Sie ist hier nicht so eingetragen, wie sie sagt, oder ihre Anfrage ist falsch. Sie selbst haben nichts falsch gemacht.',
      'Sagen Sie dem Betreiber der Anwendung, was unten steht.',
    ),
    lost: words(
      'Ihr Browser und diese Anmeldung gehören nicht zusammen',
      'Die Anmeldung begann in einem anderen Browser oder unter einer anderen Adresse, dauerte zu lange, oder Ihr Browser hat keine Cookies behalten.',
      'Erlauben Sie Cookies für diese Seite, gehen Sie zurück zur Anwendung und beginnen Sie von vorn, in einem Fenster.',
    ),
    over: words(
      'Diese Anfrage ist nicht mehr offen',
      'Sie ist zu alt, wurde schon beantwortet, oder ihre Adresse wurde nicht ganz kopiert.',
      startAgain,
    ),
    limited: words(
      'Zu viele Versuche',
      'Aus Ihrem Netz kamen zu viele Anfragen, darum wird eine Weile keine mehr angesehen.',
      'Warten Sie zehn Minuten und versuchen Sie es dann noch einmal.',
    ),
    away: words(
      'Das geht im Augenblick nicht',
      'Ein Teil dieses Dienstes ist ausgefallen oder überlastet.',
      'Warten Sie einen Augenblick und laden Sie die Seite neu, von der Sie kamen. Wenn es andauert, nennen Sie dem Betreiber des Dienstes die Fehlernummer.',
    ),
    broken: words(
      'Hier ist etwas kaputtgegangen',
      'Dieser Dienst hatte einen Fehler. Sie haben nichts falsch gemacht.',
      `${startAgain} Wenn es wieder geschieht, nennen Sie dem Betreiber des Dienstes die Fehlernummer.`,
    ),
    code: 'Fehler',
    description: 'Was geschehen ist',
    hint: 'Hinweis',
    debug: 'Einzelheiten',
    id: 'Fehlernummer',
    fix: 'Für Entwickler',
    operators: html`<code>urls.error</code> zeigt Fehler stattdessen auf einer eigenen Seite.`,
  },
  formPost: {
    title: 'Zurück zur Anwendung',
    heading: 'Noch ein Schritt',
    what: 'Ihr Browser führt keine Skripte aus. Drücken Sie auf „Weiter“, um zur Anwendung zurückzukehren.',
    submit: 'Weiter',
  },
  frames: {
    title: 'Sie werden abgemeldet',
    what: 'Die Anwendungen, die Sie genutzt haben, erfahren davon.',
    on: 'Weiter',
  },
};
