// Notices that files of the configuration have changed: by looking, so that a swapped symbolic link (a ConfigMap), another file of
// the name and a network's file system are noticed like any write.
import type { Stats } from 'node:fs';
import { statSync } from 'node:fs';
import { stat } from 'node:fs/promises';

const lookMillis = 500;

const gone = 'gone';

/** What tells one state of a file from the next; links are followed. */
const stateFrom = ({ ino, size, mtimeMs }: Stats) => `${String(ino)} ${String(size)} ${String(mtimeMs)}`;

const stateOf = (file: string): Promise<string> => stat(file).then(stateFrom, () => gone);

function stateNow(file: string): string {
  const found = statSync(file, { throwIfNoEntry: false });
  return found === undefined ? gone : stateFrom(found);
}

type States = ReadonlyMap<string, string>;

async function statesOf(files: readonly string[]): Promise<States> {
  return new Map(await Promise.all(files.map(async (file) => [file, await stateOf(file)] as const)));
}

/** Whether a file that both know has another state; one that only one of them knows has not changed. */
const differ = (one: States, other: States) => [...one].some(([file, state]) => (other.get(file) ?? state) !== state);

/**
 * @param files asked anew at each look
 * @param changed called when a file has changed, and has held still from one look to the next: whoever is writing is not
 *   interrupted
 */
export function watchFiles(
  files: () => readonly string[],
  changed: () => Promise<void>,
  everyMillis = lookMillis,
): { close(): void } {
  let timer: NodeJS.Timeout | undefined;
  let closed = false;
  let taken: States = new Map(files().map((file) => [file, stateNow(file)]));
  let before: States = taken;
  const look = async (): Promise<void> => {
    const seen = await statesOf(files());
    if (differ(seen, taken) && !differ(seen, before)) {
      taken = seen;
      await changed();
    } else {
      taken = new Map([...seen, ...taken]);
    }
    before = seen;
  };
  const next = (): void => {
    if (!closed) timer = setTimeout(() => void look().finally(next), everyMillis).unref();
  };
  void look().finally(next);
  return {
    close() {
      closed = true;
      clearTimeout(timer);
    },
  };
}
