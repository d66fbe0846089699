// Somebody with the PIN who is after the private keys, and what the token says to each try: a program for unfit-keys.test.ts
// (security §3.I I13).
import { loadConfig } from '@cardea/service';
import pkcs11js from 'pkcs11js';
import { backendSettings } from '../settings.js';

const settings = backendSettings(loadConfig({ env: process.env }));
if (settings.kind !== 'hsm') throw new Error('HSM_ENABLED must be set');
const { pin, tokenLabel } = settings.hsm;

const library = new pkcs11js.PKCS11();
library.load(settings.hsm.library);
library.C_Initialize();
const slot = library
  .C_GetSlotList(true)
  .find((candidate) => library.C_GetTokenInfo(candidate).label.trim() === tokenLabel);
if (slot === undefined) throw new Error('there is no token');
const open = () => library.C_OpenSession(slot, pkcs11js.CKF_SERIAL_SESSION | pkcs11js.CKF_RW_SESSION);
const session = open();
library.C_Login(session, pkcs11js.CKU_USER, pin);

library.C_FindObjectsInit(session, [
  { type: pkcs11js.CKA_CLASS, value: pkcs11js.CKO_PRIVATE_KEY },
  { type: pkcs11js.CKA_ID, value: Buffer.from(process.env['INTRUDER_KID'] ?? '') },
]);
const [key] = library.C_FindObjects(session, 1);
library.C_FindObjectsFinal(session);
if (key === undefined) throw new Error('there is no key to be after');

const wrapping = library.C_GenerateKey(session, { mechanism: pkcs11js.CKM_AES_KEY_GEN }, [
  { type: pkcs11js.CKA_VALUE_LEN, value: 32 },
  { type: pkcs11js.CKA_WRAP, value: true },
  { type: pkcs11js.CKA_TOKEN, value: false },
]);

/** The token's word, or what it gave away. */
function told(run: () => unknown): string {
  try {
    run();
    return 'done';
  } catch (error) {
    return /CKR_\w+/.exec((error as Error).message)?.[0] ?? (error as Error).message;
  }
}

const set = (type: number, value: boolean) => () => library.C_SetAttributeValue(session, key, [{ type, value }]);
const report = {
  read: told(() => library.C_GetAttributeValue(session, key, [{ type: pkcs11js.CKA_VALUE }])),
  wrap: told(() =>
    library.C_WrapKey(session, { mechanism: pkcs11js.CKM_AES_KEY_WRAP_PAD }, wrapping, key, Buffer.alloc(4096)),
  ),
  copy: told(() => library.C_CopyObject(session, key, [{ type: pkcs11js.CKA_EXTRACTABLE, value: true }])),
  makeExtractable: told(set(pkcs11js.CKA_EXTRACTABLE, true)),
  makeReadable: told(set(pkcs11js.CKA_SENSITIVE, false)),
  securityOfficer: told(() => {
    library.C_Logout(session);
    library.C_Login(session, pkcs11js.CKU_SO, pin);
  }),
};
process.stdout.write(JSON.stringify(report));
library.C_CloseSession(session);
