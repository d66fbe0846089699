// Signs on a session whose feet are pulled away by other means of the same library, and tells what came of it.
import { loadConfig } from '@cardea/service';
import type { JsonWebKey } from 'node:crypto';
import { createPublicKey, verify } from 'node:crypto';
import pkcs11js from 'pkcs11js';
import { backendSettings } from '../settings.js';
import type { Job } from './messages.js';
import { createSessionJobs } from './session-jobs.js';
import { openToken } from './token.js';

const settings = backendSettings(loadConfig({ env: process.env }));
if (settings.kind !== 'hsm') throw new Error('HSM_ENABLED must be set');

const token = await openToken(settings.hsm, false);
const session = createSessionJobs(token);
const deadline = Date.now() + 60_000;
const name = { kid: 'fault', label: 'faults', algorithm: 'ES256' };
const made = session.run({ kind: 'generate', rsaBits: 2048, ...name, deadline });
if (!('value' in made)) throw new Error(JSON.stringify(made));
const jwk = made.value as JsonWebKey;
session.know([{ ...name, jwk }]);

const input = 'header.claims';
const job: Job = { kind: 'sign', kid: name.kid, input, deadline };
const key = createPublicKey({ key: jwk, format: 'jwk' });
const outcome = (result: ReturnType<typeof session.run>) => ({
  verifies:
    'value' in result &&
    verify('sha256', Buffer.from(input), { key, dsaEncoding: 'ieee-p1363' }, result.value as Uint8Array),
  sessionsLost: session.takeSessionsLost(),
});

const library = new pkcs11js.PKCS11();
library.load(settings.hsm.library);
const slot = library.C_GetSlotList(true)[0]!;

const report: Record<string, unknown> = { untouched: outcome(session.run(job)) };
library.C_CloseAllSessions(slot);
report['sessionsClosed'] = outcome(session.run(job));
const other = library.C_OpenSession(slot, pkcs11js.CKF_SERIAL_SESSION);
library.C_Logout(other);
report['loggedOut'] = outcome(session.run(job));
report['afterwards'] = outcome(session.run(job));
report['late'] = session.run({ ...job, deadline: Date.now() - 1 });
const failures = { refused: 0, healed: 0 };
for (let round = 0; round < 1_000; round++) {
  // By turns: what no key is there for, and what loses its session.
  if (round % 2 === 0) {
    if (!('value' in session.run({ ...job, kid: 'nobody' }))) failures.refused++;
  } else {
    library.C_CloseAllSessions(slot);
    if (outcome(session.run(job)).verifies) failures.healed++;
  }
}
report['afterAThousand'] = { ...outcome(session.run(job)), refused: failures.refused, healed: failures.healed };
process.stdout.write(JSON.stringify(report));
session.close();
