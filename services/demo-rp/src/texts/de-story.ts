// What flows and actions of the relying party tell, in German.
import type { story as english } from './en-story.js';

const notGood = ['Das Zugriffstoken gilt nicht mehr', 'Erneuern Sie es, oder melden Sie sich noch einmal an.'] as const;

export const story: typeof english = {
  problem: {
    byCode: {
      access_denied: [
        'Sie haben abgelehnt',
        'Diese App hat nichts bekommen. Melden Sie sich noch einmal an, wenn Sie es nicht so gemeint haben.',
      ],
      login_required: [
        'Der Anbieter müsste fragen, wer Sie sind',
        'prompt=none verbietet das. Melden Sie sich einmal mit „angemeldet bleiben“ an und versuchen Sie es dann wieder.',
      ],
      consent_required: [
        'Der Anbieter müsste nach Ihrer Zustimmung fragen',
        'prompt=none verbietet das. Melden Sie sich einmal mit „nicht noch einmal fragen“ an und versuchen Sie es dann wieder.',
      ],
      interaction_required: [
        'Der Anbieter müsste Ihnen etwas zeigen',
        'prompt=none verbietet das. Melden Sie sich auf die übliche Weise an.',
      ],
      invalid_client: [
        'Der Anbieter kennt diese App nicht unter ihrer Kennung und ihrem Geheimnis',
        'Vergleichen Sie CLIENT_ID, CLIENT_SECRET und die eingetragene token_endpoint_auth_method.',
      ],
      unauthorized_client: ['Diese App darf das nicht', 'Tragen Sie die Art der Erteilung (grant type) für sie ein.'],
      invalid_scope: ['Diese App darf einen der Scopes nicht verlangen', 'Tragen Sie den Scope für sie ein.'],
      invalid_request: ['Der Anbieter versteht die Anfrage nicht', 'Seine eigenen Worte unten sagen, welchen Teil.'],
      invalid_token: notGood,
      token_inactive: notGood,
      request_unauthorized: notGood,
      temporarily_unavailable: [
        'Der Anbieter ist da, kann aber gerade nicht arbeiten',
        'Es wurde nichts geändert. Warten Sie einen Augenblick und versuchen Sie es noch einmal.',
      ],
      server_error: ['Der Anbieter hatte einen Fehler', 'Sein Protokoll sagt mehr; suchen Sie die Fehlernummer.'],
    },
    grant: {
      code: [
        'Der Code wurde nicht angenommen',
        'Er wurde schon benutzt, ist zu alt oder ist nicht unserer. Melden Sie sich noch einmal an.',
      ],
      refresh: [
        'Das Erneuerungstoken wurde nicht angenommen',
        'Es wurde widerrufen, ist zu alt oder wurde zweimal benutzt. Melden Sie sich noch einmal an.',
      ],
      replay: [
        'Für Diebstahl gehalten, und mit Recht',
        'Ein Erneuerungstoken, das vor einer Weile ersetzt wurde, kam wieder; einer von beiden, die es haben, sind also nicht wir. Der Anbieter hat die ganze Familie von Token beendet: Prüfen Sie sie. Melden Sie sich noch einmal an.',
      ],
    },
    otherGrant: ['Die Erteilung wurde nicht angenommen', 'Melden Sie sich noch einmal an.'],
    other: ['Der Anbieter hat mit einem Fehler geantwortet', 'Seine eigenen Worte unten sagen mehr.'],
    unreachable: [
      'Der Anbieter antwortet nicht',
      'Läuft er? Hier wurde nichts geändert; versuchen Sie es gleich noch einmal.',
    ],
    unverified: [
      'Die Antwort des Anbieters hat eine Prüfung nicht bestanden',
      'Diese App lehnt ab, was sie nicht prüfen kann. Melden Sie sich noch einmal an; wenn es wieder geschieht, ist der Anbieter oder diese App falsch eingerichtet.',
    ],
    stale: ['Dieses Formular war veraltet', 'Es wurde nichts gesendet. Bitte drücken Sie noch einmal.'],
    unknownState: [
      'Diese Antwort gehört zu keiner Anmeldung, die dieser Browser begonnen hat',
      'Sie wurde schon benutzt oder kommt von anderswo. Melden Sie sich noch einmal an.',
    ],
  },
  step: {
    app: 'Diese App',
    browser: 'Ihr Browser',
    loginApp: 'Anmelde-App',
    noAnswer: 'Keine Antwort.',
    discovery: 'Auskunft des Anbieters',
    discoveryWords: 'Diese App kennt nur den Namen des Anbieters; er sagt, wo alles zu finden ist (Discovery).',
    request: 'Autorisierungsanfrage',
    requestWords: 'Diese App hat den Browser mit einer Anfrage in der Adresse zum Anbieter geschickt.',
    requestCurl: 'zeigt, wohin der Browser als Nächstes geschickt würde',
    callback: 'Rückkehr',
    callbackCode:
      'Der Anbieter hat den Browser mit einem Code zurückgeschickt. state ist unserer, die Antwort gilt also unserer Anfrage.',
    callbackError:
      'Der Anbieter hat den Browser mit einem Fehler zurückgeschickt. state ist unserer, die Antwort gilt also unserer Anfrage.',
    token: 'Tausch gegen Token',
    tokenWords:
      'Von Server zu Server: der Code, das Geheimnis hinter code_challenge und der Nachweis dieser App, gegen Token. Der Browser sieht nichts davon.',
    keys: 'Öffentliche Schlüssel',
    keysWords: 'Die Unterschrift des ID-Tokens wurde mit den veröffentlichten Schlüsseln des Anbieters geprüft.',
    logout: 'Abmeldung',
    logoutWords:
      'Diese App hat den Browser zum Anbieter geschickt, um die Sitzung dort zu beenden; die Anmelde-App fragt, ob Sie es so meinen.',
    logoutCurl: 'den Rest kann nur ein Browser mit Ihrer Sitzung',
    loggedOut: 'Zurück von der Abmeldung',
    loggedOutWords:
      'Der Anbieter hat seine Sitzung beendet und den Browser zurückgeschickt. state ist unserer, also beendet diese App ihre eigene.',
  },
  meanwhile: {
    login: 'Zur Anmelde-App',
    loginWords:
      'Der Anbieter hat den Browser mit einer login_challenge weitergeschickt. Die Anmelde-App hat die Verwaltungsschnittstelle gefragt, was sie bedeutet, herausgefunden, wer Sie sind, und es dort gesagt; von dort kam die Adresse, an der es weiterging. Diese App hat daran keinen Anteil und sieht nie ein Passwort.',
    consent: 'Zur Frage nach Zustimmung',
    consentWords:
      'Zurück beim Anbieter mit einem login_verifier, wurde der Browser mit einer consent_challenge weitergeschickt. Noch einmal dasselbe: Die App hat gefragt, was verlangt wird, Sie haben geantwortet, sie hat es der Verwaltungsschnittstelle gesagt.',
    unsaid: 'Das ID-Token sagt nicht, wann Sie sich angemeldet haben.',
    remembered: (at, ago) =>
      `Der Anbieter kannte Sie noch von ${at}, ${ago}: Die Anmelde-App bekam skip=true gesagt und zeigte keine Seite.`,
    loggedIn: (at, how) => `Sie haben sich um ${at}${how === '' ? '' : ` ${how}`} angemeldet.`,
    pwd: 'mit einem Passwort',
    otp: 'mit einem Einmalcode',
    hwk: 'mit einem Hardwareschlüssel',
    by: (method) => `durch ${method}`,
    and: ' und ',
    granted: (given, rest) => `Erlaubt: ${given} (${rest}).`,
    nothing: 'nichts',
    all: 'alles, was diese App verlangt hat',
    withheld: (scopes) => `nicht: ${scopes}`,
    took: (seconds) => `All das dauerte ${seconds.replace('.', ',')} s, das meiste davon Ihre.`,
  },
  result: {
    accessToken: 'Zugriffstoken',
    refreshToken: 'Erneuerungstoken',
    accessTokenLabel: 'Zugriffstoken',
    refreshTokenLabel: 'Erneuerungstoken',
    userinfo: 'Benutzerdaten (Userinfo)',
    userinfoStep: 'Das Zugriffstoken gegen die Aussagen, die seine Scopes erlauben.',
    userinfoWords: 'Was der Anbieter über Sie jedem sagt, der das Zugriffstoken hat.',
    introspection: (token) => `Prüfung: ${token}`,
    introspectionStep:
      'Gefragt an der Verwaltungsschnittstelle, wie es ein Dienst im eigenen Haus täte: Ist dieses Token gut, und wofür?',
    active: (token) => `Das ${token} gilt`,
    activeWords: 'Der Anbieter bürgt in diesem Augenblick dafür.',
    inactive: (token) => `Das ${token} gilt nicht`,
    inactiveWords: 'Widerrufen, abgelaufen oder verbraucht: Der Anbieter sagt nicht, was davon, und sonst nichts.',
    revocation: (token) => `Widerruf: ${token}`,
    revocationStep: 'Diese App sagt, dass sie das Token nicht mehr braucht.',
    revoked: (token) => `Das ${token} ist widerrufen`,
    revokedWords:
      'Die Token, die mit ihm zusammenhängen, fallen auch: Prüfen Sie beide. Ihre Anmeldung beim Anbieter besteht weiter.',
    refresh: 'Erneuerung',
    refreshStep: 'Das Erneuerungstoken gegen neue Token; es ist damit verbraucht.',
    noRefreshToken: 'Es gibt kein Erneuerungstoken',
    noRefreshTokenWords:
      'Es kommt mit dem Scope offline_access. Melden Sie sich noch einmal an und erlauben Sie „Verbunden bleiben“.',
    refreshed: 'Erneuert',
    refreshedWords:
      'Das Erneuerungstoken hat gewechselt: Das alte ist eingetauscht, ein neues tritt an seine Stelle. Vergleichen Sie die Fingerabdrücke.',
    replay: 'Noch einmal das alte Erneuerungstoken',
    replayStep: 'Ein Erneuerungstoken, das schon eingetauscht ist, wie nach einer verlorenen Antwort.',
    noOldToken: 'Es gibt noch kein altes Erneuerungstoken',
    noOldTokenWords: 'Erneuern Sie zuerst: Was eingetauscht wird, ist dann das alte.',
    sameSuccessor: 'Derselbe Nachfolger kam zurück',
    sameSuccessorWords:
      'Für kurze Zeit hält der Anbieter eine wiederholte Erneuerung durch dieselbe App für eine verlorene Antwort und wiederholt sie: keine zweite Familie von Token, und niemand wird durch ein schlechtes Netz abgemeldet. Später nennt er dasselbe Diebstahl; warten Sie und versuchen Sie es.',
    otherSuccessor: 'Ein anderer Nachfolger kam zurück',
    otherSuccessorWords:
      'Der Anbieter hielt die wiederholte Erneuerung für eine verlorene Antwort, hat aber nicht die gegebene wiederholt.',
    loggedOut: 'Sie sind abgemeldet',
    loggedOutWords:
      'Die Sitzung beim Anbieter ist beendet, und diese App hat ihre Token vergessen. Token, die vorher ausgegeben wurden, gelten, bis sie ablaufen; eine App, die das nicht will, widerruft sie vorher.',
  },
};
