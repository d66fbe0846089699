// Faults of the signers' HSM: its token vanishes, it is slow, hangs, or errs. What needs no signature never notices; what needs one is
// refused or waits, and is never signed by a key that was made up meanwhile (security F15-F17).
import { renameSync } from 'node:fs';
import type { During, Fault } from './fault.js';
import { signatures } from './fault.js';
import type { House } from './house.js';

const hsmOf = (house: House) => {
  if (house.hsm === undefined) throw new Error('the house has no HSM');
  return house.hsm;
};

const fault = (id: string, how: string, inflict: (house: House, during: During) => Promise<void>): Fault => ({
  id,
  how,
  may: signatures,
  hsm: true,
  inflict,
});

const misbehaving = (id: string, how: string, rules: readonly string[]): Fault =>
  fault(id, how, async (house, during) => {
    hsmOf(house).misbehave(rules.join('\n'));
    await during.pause(during.millis);
    // Whatever hangs is let go.
    hsmOf(house).misbehave('release');
  });

/** One of these codes in a hundred calls: CKR_DEVICE_ERROR, _OBJECT_HANDLE_INVALID, _OPERATION_ACTIVE, _SESSION_HANDLE_INVALID. */
const errors = [0x30, 0x82, 0x90, 0xb3].flatMap((code) =>
  ['C_SignInit', 'C_Sign'].map((call) => `${call} fail 0x${code.toString(16)} 2500 0`),
);

export const keysFaults: readonly Fault[] = [
  fault('F15', 'the HSM’s token is taken away and put back', async (house, during) => {
    const { tokens } = hsmOf(house);
    const keys = async () => Number((await house.postgres.sql('SELECT count(*) FROM cardea_keys.key'))[0]?.['count']);
    const before = await keys();
    renameSync(tokens, `${tokens}.away`);
    await during.pause(during.millis);
    renameSync(`${tokens}.away`, tokens);
    if ((await keys()) !== before) throw new Error('keys were made while the token was away');
  }),
  misbehaving('F16', 'each signature of the HSM takes half a second longer', ['C_Sign delay 500 1000000 0']),
  misbehaving('F16', 'one signature in a hundred hangs for ever', ['C_Sign hang 0 10000 4']),
  misbehaving('F17', 'one call of the HSM in a hundred fails', errors),
];
