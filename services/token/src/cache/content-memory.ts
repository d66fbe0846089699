// Remembers what sealed bodies held, for as long as the stores go on to answer with the very same bytes: whether a token lives is
// asked each time, and only opening and parsing it anew is saved, a quarter of an introspection over gRPC.
import type { TokenContent } from '@cardea/oauth';
import { ownBytes } from '../own-bytes.js';
import { createShortMemory } from '../short-memory.js';

/** Opens the sealed body of the row with this key. */
type OpenContent = (key: Buffer, body: Buffer) => TokenContent;

const mostRemembered = 2_048;
/** Bytes of a body. A consent app may put a megabyte into a token: two thousand of those would be all the memory there is. */
const longestRemembered = 16 * 1024;
/** What is not asked for any more is not kept. */
const rememberMillis = 60_000;

/**
 * @param open is asked again for other bytes under the same key; what it throws is not remembered
 * @param now milliseconds since the epoch
 */
export function rememberContents(open: OpenContent, now: () => number): OpenContent {
  const remembered = createShortMemory<{ readonly body: Buffer; readonly content: TokenContent }>({
    ...{ millis: rememberMillis, most: mostRemembered, now },
  });

  return (key, body) => {
    const name = key.toString('latin1');
    const known = remembered.get(name);
    if (known?.body.equals(body) === true) return known.content;
    const content = open(key, body);
    if (body.length > longestRemembered) return content;
    // What Redis answered with may be a small part of a large buffer.
    remembered.keep(name, { body: ownBytes(body), content });
    return content;
  };
}
