// The PKCS#11 library, and the only place that touches it: open a token, and do one thing at a time on a session.
import type { Handle, PKCS11 } from 'pkcs11js';
import type { HsmSettings } from '../settings.js';
import { describeToken } from './describe-token.js';
import type { Attributes } from './mechanisms.js';
import { newerMechanisms } from './mechanisms.js';
import type { TokenDescription } from './messages.js';
import { TokenError, remedyFor } from './return-codes.js';

/** A mechanism by name. */
export interface Mechanism {
  readonly name: string;
  readonly pss?: { readonly hash: string; readonly mask: string; readonly saltBytes: number } | undefined;
}

/** A logged-in session. Everything throws TokenError. */
export interface TokenSession {
  /** Objects that have all of these attributes. */
  find(attributes: Attributes, most: number): Handle[];
  attributes(object: Handle, names: readonly string[]): Buffer[];
  sign(key: Handle, mechanism: Mechanism, data: Buffer): Uint8Array;
  generatePair(
    mechanism: Mechanism,
    templates: { publicHalf: Attributes; privateHalf: Attributes },
  ): { publicKey: Handle };
  change(object: Handle, attributes: Attributes): void;
  destroy(object: Handle): void;
  close(): void;
}

export interface Token {
  /** @param options.write whether objects can be made on it */
  openSession(options?: { write: boolean }): TokenSession;
  describe(): TokenDescription;
}

/** Room for the signature of an RSA key of 8192 bits; a buffer too small would leave the session stuck. */
const longestSignature = 1024;

/**
 * Loads the library and finds the token.
 *
 * @param anew whether the library is shut down first: SoftHSM for one sees a token that came back only then. No other thread
 *   may have a session.
 * @throws {TokenError}
 */
export async function openToken(settings: HsmSettings, anew: boolean): Promise<Token> {
  const { default: constants } = await import('pkcs11js').catch((error: unknown) => {
    throw new TokenError('no_pkcs11js', `pkcs11js cannot be loaded: ${(error as Error).message}`, 'refused');
  });
  const numbers = constants as unknown as Readonly<Record<string, number>>;
  const number = (name: string): number => {
    const found = numbers[name] ?? newerMechanisms[name];
    if (found === undefined) throw new TokenError('unknown_name', `PKCS#11 has no ${name}`, 'refused');
    return found;
  };
  const template = (attributes: Attributes) =>
    Object.entries(attributes).map(([name, value]) => ({ type: number(name), value }));
  const mechanism = ({ name, pss }: Mechanism) => ({
    mechanism: number(name),
    ...(pss && {
      parameter: {
        type: number('CK_PARAMS_RSA_PSS'),
        ...{ hashAlg: number(pss.hash), mgf: number(pss.mask), saltLen: pss.saltBytes },
      },
    }),
  });

  const library = new constants.PKCS11();
  translated('load', () => library.load(settings.library), 'token');
  initialise(library, number('CKF_OS_LOCKING_OK'), anew);
  const slot = findSlot(library, settings);

  return {
    describe: () =>
      describeToken(
        {
          library: translated('C_GetInfo', () => library.C_GetInfo()),
          token: translated('C_GetTokenInfo', () => library.C_GetTokenInfo(slot)),
          mechanisms: translated('C_GetMechanismList', () => library.C_GetMechanismList(slot)),
        },
        { ...numbers, ...newerMechanisms },
      ),
    openSession({ write } = { write: false }) {
      const flags = number('CKF_SERIAL_SESSION') | (write ? number('CKF_RW_SESSION') : 0);
      const session = translated('C_OpenSession', () => library.C_OpenSession(slot, flags));
      try {
        translated('C_Login', () => library.C_Login(session, number('CKU_USER'), settings.pin));
      } catch (error) {
        // Another session of this process logged in already; the token is open to all of them.
        if ((error as TokenError).code !== 'CKR_USER_ALREADY_LOGGED_IN') {
          closeSession(library, session);
          throw error;
        }
      }
      const room = Buffer.alloc(longestSignature);
      return {
        find: (attributes, most) =>
          translated('C_FindObjects', () => {
            library.C_FindObjectsInit(session, template(attributes));
            const found = library.C_FindObjects(session, most);
            library.C_FindObjectsFinal(session);
            return found;
          }),
        attributes: (object, names) =>
          translated('C_GetAttributeValue', () =>
            library
              .C_GetAttributeValue(
                session,
                object,
                names.map((name) => ({ type: number(name) })),
              )
              .map(({ value }) => value),
          ),
        sign(key, how, data) {
          translated('C_SignInit', () => library.C_SignInit(session, mechanism(how), key));
          // A copy of its own size: it crosses threads, and a view would drag the whole buffer along.
          return new Uint8Array(translated('C_Sign', () => library.C_Sign(session, data, room)));
        },
        generatePair: (how, { publicHalf, privateHalf }) =>
          translated('C_GenerateKeyPair', () =>
            library.C_GenerateKeyPair(session, mechanism(how), template(publicHalf), template(privateHalf)),
          ),
        change: (object, attributes) =>
          translated('C_SetAttributeValue', () => library.C_SetAttributeValue(session, object, template(attributes))),
        destroy: (object) => translated('C_DestroyObject', () => library.C_DestroyObject(session, object)),
        close: () => closeSession(library, session),
      };
    },
  };
}

function initialise(library: PKCS11, flags: number, anew: boolean): void {
  const start = () => translated('C_Initialize', () => library.C_Initialize({ flags }));
  try {
    start();
  } catch (error) {
    // Another thread of this process started the library already.
    if ((error as TokenError).code !== 'CKR_CRYPTOKI_ALREADY_INITIALIZED') throw error;
    if (!anew) return;
    quietly(() => library.C_Finalize());
    start();
  }
}

function findSlot(library: PKCS11, { tokenLabel, slot }: HsmSettings): Handle {
  const slots = translated('C_GetSlotList', () => library.C_GetSlotList(true));
  const labelOf = (candidate: Handle) =>
    translated('C_GetTokenInfo', () => library.C_GetTokenInfo(candidate)).label.replace(/[\0 ]+$/, '');
  const found =
    tokenLabel === undefined
      ? slots.find((candidate) => slotNumber(candidate) === slot)
      : slots.find((candidate) => labelOf(candidate) === tokenLabel);
  if (found !== undefined) return found;
  const wanted = tokenLabel === undefined ? `slot ${String(slot)} has no token` : `there is no token "${tokenLabel}"`;
  throw new TokenError('no_token', wanted, 'token');
}

/** A slot id is a CK_ULONG in the byte order of the machine. */
function slotNumber(handle: Handle): number {
  return Number(handle.length === 8 ? handle.readBigUInt64LE() : handle.readUInt32LE());
}

/** Runs one call of the library; what it throws becomes a TokenError. */
function translated<T>(call: string, run: () => T, otherwise?: 'token'): T {
  try {
    return run();
  } catch (error) {
    const message = (error as Error).message;
    const code = /CKR_\w+/.exec(message)?.[0];
    if (code === undefined) throw new TokenError('failed', `${call}: ${message.split('\n')[0] ?? ''}`, otherwise);
    throw new TokenError(code, `${call}: ${code}`, remedyFor(code));
  }
}

/** Tried twice: a session that is not given back counts against what the token has to give. */
function closeSession(library: PKCS11, session: Handle): void {
  try {
    library.C_CloseSession(session);
  } catch {
    quietly(() => library.C_CloseSession(session));
  }
}

/** For what is given up anyway. */
function quietly(run: () => void): void {
  try {
    run();
  } catch {
    // It was broken: that is why it is closed.
  }
}
