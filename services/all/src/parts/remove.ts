// Takes away what the parts of an installation keep outside of its directory.
import { removeOutside } from './nobody.js';

/** Call it once the servers have ended; what lies in `directory` itself is the caller's. */
export function removeParts(options: { readonly directory: string }): void {
  removeOutside(options.directory);
}
