// What a PKCS#11 return value means to us, once for all of them (PKCS#11 3.0 §5.1; ARCHITECTURE §5: a session is destroyed
// on any unexpected code).

/**
 * - `session`: the session is destroyed, and the work is tried once more on a new one.
 * - `token`: token or library are gone; everything is closed and opened anew until they are back.
 * - `pin`: the PIN does not open the token. Never tried again: a few more attempts would lock it.
 * - `full`: the token has no session to give; the others go on.
 * - `refused`: the token will never do this, whatever the session.
 */
export type Remedy = 'session' | 'token' | 'pin' | 'full' | 'refused';

const remedies: Readonly<Record<string, Remedy>> = {
  CKR_DEVICE_REMOVED: 'token',
  CKR_TOKEN_NOT_PRESENT: 'token',
  CKR_TOKEN_NOT_RECOGNIZED: 'token',
  CKR_SLOT_ID_INVALID: 'token',
  CKR_CRYPTOKI_NOT_INITIALIZED: 'token',
  CKR_LIBRARY_LOAD_FAILED: 'token',
  CKR_FIPS_SELF_TEST_FAILED: 'token',

  CKR_PIN_INCORRECT: 'pin',
  CKR_PIN_INVALID: 'pin',
  CKR_PIN_LEN_RANGE: 'pin',
  CKR_PIN_EXPIRED: 'pin',
  CKR_PIN_LOCKED: 'pin',
  CKR_USER_PIN_NOT_INITIALIZED: 'pin',
  CKR_USER_TYPE_INVALID: 'pin',

  CKR_SESSION_COUNT: 'full',

  CKR_MECHANISM_INVALID: 'refused',
  CKR_MECHANISM_PARAM_INVALID: 'refused',
  CKR_KEY_TYPE_INCONSISTENT: 'refused',
  CKR_KEY_SIZE_RANGE: 'refused',
  CKR_KEY_FUNCTION_NOT_PERMITTED: 'refused',
  CKR_ATTRIBUTE_SENSITIVE: 'refused',
  CKR_ATTRIBUTE_TYPE_INVALID: 'refused',
  CKR_ATTRIBUTE_VALUE_INVALID: 'refused',
  CKR_TEMPLATE_INCOMPLETE: 'refused',
  CKR_TEMPLATE_INCONSISTENT: 'refused',
  CKR_TOKEN_WRITE_PROTECTED: 'refused',
  CKR_FUNCTION_NOT_SUPPORTED: 'refused',
  CKR_CURVE_NOT_SUPPORTED: 'refused',
  CKR_DOMAIN_PARAMS_INVALID: 'refused',
};

/** Everything not named is a fault of the moment: a handle gone stale, an operation left active, a device that stumbled. */
export function remedyFor(code: string): Remedy {
  return remedies[code] ?? 'session';
}

/** A failure of the token, with the remedy it calls for. */
export class TokenError extends Error {
  override readonly name = 'TokenError';
  /** The `CKR_*` code (`CKR_VENDOR_DEFINED` for all that have no name), or a word of our own. */
  readonly code: string;
  readonly remedy: Remedy;

  /** Whether the library said it, and not we of what it said. */
  get fromLibrary(): boolean {
    return this.code.startsWith('CKR_') || this.code === 'failed';
  }

  constructor(code: string, message: string, remedy: Remedy = remedyFor(code)) {
    super(message);
    this.code = code;
    this.remedy = remedy;
  }
}
