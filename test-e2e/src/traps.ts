// The traps that other providers fell into, each by a short name, and the test that would see us in it. Where a trap belongs to
// something we do not offer, the sign by which it would be offered stands here instead: whoever adds it meets this table.

/** A test elsewhere: its file, from the root, and words of its name. */
export type Proof = readonly [file: string, name: string];
export interface Trap {
  readonly trap: string;
  /** Whoever fell into it. */
  readonly seen: string;
  readonly proofs: readonly Proof[];
}

const token = (file: string, name: string): Proof => [`services/token/src/${file}.test.ts`, name];
const gateway = (file: string, name: string): Proof => [`services/gateway/src/${file}.test.ts`, name];
const admin = (file: string, name: string): Proof => [`services/admin/src/${file}.test.ts`, name];
const keys = (file: string, name: string): Proof => [`services/keys/src/${file}.test.ts`, name];
const oauth = (file: string, name: string): Proof => [`libs/oauth/src/${file}.test.ts`, name];
const service = (file: string, name: string): Proof => [`libs/service/src/${file}.test.ts`, name];
const http = (file: string, name: string): Proof => [`libs/http/src/${file}.test.ts`, name];
const e2e = (file: string, name: string): Proof => [`test-e2e/src/${file}.test.ts`, name];
const here = (name: string): Proof => e2e('traps', name);

const trap = (name: string, seen: string, ...proofs: readonly Proof[]): Trap => ({ trap: name, seen, proofs });

export const traps: readonly Trap[] = [
  // Races and storage.
  trap('parallel refresh', 'hydra #1719', token('races', '20 refreshes of one token at once: one pair, handed to all')),
  trap(
    'a code used twice leaves its tokens alive',
    'hydra #3483',
    token('tokens', 'a second use fells everything that came of the first'),
    e2e('codes', 'redeemed by 20 at once has one winner'),
  ),
  trap('the same on slow replicas', 'workers-oauth-provider #148', token('cache/cache', 'another process')),
  trap('a refresh beside a revocation', 'growthbook #6371', token('races', 'a family that falls while it grows')),
  trap(
    'outside the transaction it believed in',
    'hydra 3ad64db92',
    token('logout/logout', 'F09: when the notification'),
  ),
  trap('a delete that finds nothing', 'hydra e6a73547c', token('device/device', 'leaves nothing behind (A27)')),
  trap(
    'an update that meets the rows of others',
    'dex #847',
    e2e('short-lives', 'other families of the same person live on'),
  ),
  trap('select * and a newer column', 'hydra #1664', here('no statement takes columns as they come')),
  trap('revoke by an id that is undefined', 'node-oidc-provider #1431', admin('clients', 'never of nobody')),
  trap(
    'a registration token outlives its client',
    'node-oidc-provider #555',
    token('client-registration', 'its registration token with it'),
  ),
  trap(
    'a sweep beside a new authorization',
    'n8n #33714',
    token('jobs/prune-grants', 'a token or a login that comes of it keeps a grant'),
  ),
  trap(
    'a janitor that loads everything',
    'hydra #3079',
    token('jobs/prune-grants', 'thousands of worthless grants go in one round'),
  ),
  trap(
    'migrations that fail on one side',
    'hydra #3147',
    service('migrate', 'files run in the order of their numbers, once'),
    service('migrate', 'a new file runs alone'),
  ),
  trap('the wrong kind of database, found late', 'hydra v26.2.13', service('config/load', 'another database')),
  trap('serialisation failures shown as faults', 'hydra #1928', here('no transaction can fail for its isolation')),
  trap('a storm of connections', 'hydra #3775', here('a spike is served or told to come back')),
  // Encoding and matching.
  trap(
    'form-encoded Basic credentials',
    'hydra #1419',
    here('secrets of any characters'),
    oauth('client/credentials', 'form-encoded halves'),
  ),
  trap(
    'Basic that is decoded too kindly',
    'node-oidc-provider f1bb868',
    oauth('client/credentials', 'junk inside the base64'),
  ),
  trap('a plus in a redirect URI', 'hydra #2055', here('a redirect URI comes back byte for byte')),
  trap('a redirect URI decoded twice', 'dex #4885', here('a redirect URI comes back byte for byte')),
  trap(
    'user information before a host',
    'zitadel #12559',
    oauth('redirect-uri', 'https://app.example@evil.example/cb'),
    e2e('redirect-uris', 'may not ask for'),
  ),
  trap('https:evil.com, which parsers repair', 'openauth #305', here('an address that parsers repair leads nowhere')),
  trap('redirect URIs compared in normal form', 'node-oidc-provider 48cc79c', oauth('redirect-uri', 'R22 encoded dot')),
  trap('the loopback rule', 'hydra #1732', oauth('redirect-uri', 'http://127.0.0.2:8080/cb')),
  trap('*.a.com and evil-a.com', 'hydra 7f38a72a6', oauth('origin', 'https://evilwild.example')),
  trap('the origin null', 'node-oidc-provider 99f0e46', oauth('origin', "'null'")),
  trap(
    'parameters behind a query',
    'dex 29c7b6f4',
    here('a redirect URI comes back byte for byte'),
    gateway('browser', 'https://rp.test/cb?keep=1'),
  ),
  trap(
    'the issuer with and without a slash',
    'dex be868b9f',
    here('one issuer, byte for byte'),
    gateway('edges', 'an issuer with a path'),
  ),
  trap('user codes compared by case', 'hydra d389fd026', e2e('device', 'by typing the code as people do')),
  trap(
    'numbers that lose digits',
    'hydra 2.3.0',
    admin('introspection', '9007199254740993'),
    gateway('token-neighbours', '9007199254740993'),
  ),
  trap(
    'bcrypt and the 72nd byte',
    'hydra #1438',
    token('client-secrets', 'a secret that bcrypt would cut off is refused'),
  ),
  trap(
    'parameters that pages show',
    'node-oidc-provider #489',
    here('pages show what they are given as text'),
    gateway('browser', 'the error page shows what it is given as text'),
  ),
  // Browser, cookies, logout.
  trap('consent in another browser', 'hydra #770', e2e('bad-input', 'a flow finished in another browser is refused')),
  trap(
    'an approval not bound to its browser',
    'dex CVE-2022-39222',
    token('authorize/flow', 'without the cookie of the flow is refused'),
  ),
  trap(
    'a device answered in another browser',
    'dex #4928',
    token('device/device', 'goes on in the browser where the code was typed'),
  ),
  trap('SameSite recipes', 'hydra #1753', gateway('cookies', 'flow cookies have twins where browsers need them')),
  trap(
    'an issuer below a path',
    'hydra #4059',
    gateway('edges', 'an issuer with a path has its documents in all three places'),
  ),
  trap(
    'cookies and addresses that outgrow their limits',
    'hydra #3777',
    here('six flows in one browser'),
    token('authorize/flow', 'on at most four flow cookies (S04)'),
  ),
  trap(
    'a lifetime of zero',
    'hydra #4126',
    token('authorize/sessions', 'lasts as long as asked, longer only when asked (S16)'),
    gateway('cookies', 'a session cookie'),
  ),
  trap('the second tab', 'node-oidc-provider #801', token('authorize/flow', 'twenty tabs of one browser all finish')),
  trap(
    'a logout sent twice, or with an old hint',
    'hydra #3675',
    token('logout/logout', 'a verifier that is used again, or twice at once'),
    token('logout/logout', 'with an ID token of ours, however old'),
  ),
  trap(
    'a logout of a session partly gone',
    'hydra #3820',
    token('logout/logout', 'a session partly gone leads on to the client'),
  ),
  trap(
    'a back channel lost at the redirect',
    'hydra #3186',
    e2e('browser.logout', 'the worker is killed while it delivers'),
  ),
  trap(
    'offline access that a logout took along',
    'OpenLiberty #26321',
    token('logout/logout', 'a refresh token with offline access works afterwards'),
  ),
  trap(
    'prompt=none that ends on a page',
    'hydra #1573',
    e2e('openid-client', 'prompt=none without a session answers login_required'),
  ),
  trap(
    'select_account taken for a fresh login',
    'hydra v26.2.16',
    token('authorize/sessions', 'prompt=select_account'),
  ),
  // Keys.
  trap(
    'replicas that each make a key',
    'ory/k8s #46',
    keys('sealed/sealed', 'bootstrap from ten tools at once'),
    keys('rotation', 'five replicas make one successor'),
  ),
  trap(
    'key sets with too many keys, or too few',
    'hydra #1395',
    oauth('key-rotation', 'over years no verifier'),
    oauth('key-set', 'next, current and retired ones'),
  ),
  trap('the wrong key for a JWT access token', 'node-oidc-provider 1d6df9c7', keys('contract', 'a key of its own set')),
  trap('key ids that change at a restart', 'InsForge #1322', keys('contract', 'a restart publishes the same bytes')),
  trap(
    'keys made in the path of a request',
    'hydra #3682',
    keys('contract', 'twenty requests at once for an algorithm it has no key for are refused, and make none'),
  ),
  trap(
    'the database asked for keys per token',
    'hydra 5b0481b2a',
    token('public-keys', 'keys are read again when PostgreSQL says they changed'),
  ),
  trap(
    'software keys in place of a lost HSM',
    'hydra HSM manager',
    keys('hsm/faults', 'never falls back to software keys'),
  ),
  trap('a key that signs before it is known', 'vault #9201', keys('rotation', 'ten rotations, and no verifier')),
  trap('the first request for the key set', 'hydra v26.2.8', here('a hundred first requests for the keys')),
  // Time and replay.
  trap('a jti that is not remembered', 'esignet #2418', token('client-assertion', 'on whichever instance')),
  trap(
    'a jti remembered too shortly',
    'azure-health #413',
    token('client-assertion', 'remembered to the last second (E17)'),
  ),
  trap('no tolerance for clocks', 'keycloak #34841', token('client-assertion', 'C14 clock 20 s ahead')),
  trap('instants without a zone', 'hydra 337000aac', here('instants are stored with their zone and told in UTC')),
  trap('expiry compared as text', 'dex dbb82761', here('instants are stored with their zone and told in UTC')),
  trap('timers beyond 2^31 ms', 'hydra #4031', [
    'libs/rpc/src/calls.test.ts',
    'an end further away than any timer reaches',
  ]),
  trap(
    'a logout token without exp',
    'hydra #4035',
    token('logout/delivery', 'is a form with a logout token of the session'),
  ),
  // Tokens and grants.
  trap(
    'a hook that drops earlier claims',
    'hydra #3852',
    token('hooks/hooks', 'what a hook does not say stays (hydra #3852)'),
  ),
  trap(
    'claims lost without mirroring',
    'hydra v26.2.4',
    keys('policy/policy', 'of an access token in the shape of Hydra'),
  ),
  trap(
    'another sub in another place',
    'node-oidc-provider #1336',
    token('authorize/wishes', 'the client knows ann by a name of its own'),
    token('logout/logout', 'a pairwise client hears its own name'),
  ),
  trap(
    'a restriction of one grant only',
    'dex #4784',
    token('tokens', 'refuses %s to a client without it'),
    token('device/device', 'without the grant gets nothing'),
  ),
  trap(
    'a secret in a device address',
    'dex #4928',
    token('device/device', 'the user code stands in no URL that is kept or shown'),
  ),
  trap(
    'the audience of an assertion in the token',
    'hydra 92bd3eab9',
    oauth('grants/grants', 'the audience of the assertion is kept out of the token'),
  ),
  trap(
    'names of ours that assertions may use',
    'hydra v26.2.1',
    token('client-assertion', 'C09 audience is the issuer'),
    token('client-assertion', 'C07 audience is the token endpoint'),
  ),
  trap(
    'a refusal that no device hears of',
    'hydra #4110',
    e2e('device', 'a person who refuses is no riddle to the device'),
  ),
  trap('grace and reuse', 'hydra #3895', e2e('short-lives', 'brings the same successor inside the window')),
  trap('the count of uses', 'hydra v25.3.9', token('tokens', 'a bounded reuse count bounds all uses')),
  // Registration and outbound fetches.
  trap(
    'bodies without end, addresses inside',
    'hydra aa1ee2987',
    token('outbound/outbound', 'what was checked is what is connected to'),
    token('outbound/outbound', 'is not followed'),
  ),
  trap('a refusal that tells the address', 'hydra e4782db82', token('outbound/outbound', 'no address in them (G11)')),
  trap('a guard that is off by default', 'hydra', token('accept-client', 'https://10.0.0.8/')),
  trap('a PATCH refused for jwks_uri', 'hydra #3935', e2e('client-operations', 'a client with jwks_uri')),
  trap(
    'an update that blanks what was not sent',
    'hydra 24778dd24',
    e2e('client-operations', 'of one member of %s changes that one'),
  ),
  trap(
    'a client without scope that wants offline_access',
    'claude-ai-mcp #500',
    here('a client without a scope of its own'),
  ),
  trap(
    'ids of one format only',
    'hydra #2911',
    e2e('client-operations', 'row 39: ids from outside may have any characters'),
  ),
  // Paging, API, CLI.
  trap('a next link without end', 'hydra #3674', e2e('client-operations', 'by pages of %d end, with each client once')),
  trap('a negative offset', 'hydra #1667', e2e('client-operations', 'limit=-1&offset=-5')),
  trap('a page token of another version', 'hydra v26.1.11', token('clients', 'refuses page tokens it did not make')),
  trap('404 that became 401', 'hydra-maester #49', e2e('client-operations', 'row 2: an unknown client is 404')),
  trap('200 in place of 410', 'hydra #3755', [
    'test-e2e/src/checklist-interactions.ts',
    'a handled challenge is 410 and says where to go',
  ]),
  trap(
    'members of newer SDKs refused',
    'hydra fb7dc75d9',
    e2e('client-operations', 'row 8: unknown members are passed over'),
  ),
  trap('one error shared by many requests', 'hydra v26.2.5', here('fifty failures at once'), [
    'libs/rpc/src/errors.test.ts',
    'one error thrown at many calls',
  ]),
  // Operation and logs.
  trap(
    'the password of the database in logs',
    'hydra #2701',
    service('config/load', 'without repeating a value, which may be a secret'),
  ),
  trap('personal data in logs', 'hydra #3687', e2e('logs', 'no secret of a whole run is in any log')),
  trap('metrics with endless labels', 'zitadel #9286', gateway('limits', 'make no time series of their own')),
  trap('one limit for all callers', 'freeshard #215', token('rate-limit/rate-limit', 'for the one who failed only')),
  trap(
    'internal errors shown to users',
    'dex #4457',
    http('app', 'a bug is a server_error whose cause stands in the log'),
  ),
  trap(
    'forwarded headers believed',
    'hydra #1282',
    gateway('client-address', 'what the caller wrote itself does not count'),
  ),
];

/**
 * Traps of what we do not offer, and the member of discovery that would offer it. Those of several tenants, of charts and of
 * relying-party libraries other than openid-client have no sign of their own: they wait for their rooms.
 */
export const absent: readonly (readonly [trap: string, seen: string, member: string])[] = [
  [
    'required pushed requests that stop other grants',
    'node-oidc-provider 8167bd0',
    'pushed_authorization_request_endpoint',
  ],
  ['a DPoP parameter heeded while DPoP is off', 'node-oidc-provider 8c38630', 'dpop_signing_alg_values_supported'],
  ['a cache of client documents without bound', 'node-oidc-provider 62e1f66', 'client_id_metadata_document_supported'],
];
