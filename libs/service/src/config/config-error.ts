// The one error of configuration: what is wrong, where it stands and what to write instead.

/** Configuration that cannot be used; the message names the setting and the fix. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
}
