// Where events go as lines: this process's standard output, or a file that is begun anew when somebody has renamed it.
import type { FileHandle } from 'node:fs/promises';
import { open, stat } from 'node:fs/promises';

export interface LineSink {
  /** Settles when the lines are written; those of a file, when they are on the disk. */
  write(lines: string): Promise<void>;
  close(): Promise<void>;
}

export function stdoutSink(): LineSink {
  // Whoever wrote is told by the write; a reader that has gone must not end this process.
  const heard = (): void => undefined;
  process.stdout.on('error', heard);
  return {
    write: (lines) =>
      new Promise((resolve, reject) => {
        process.stdout.write(lines, (error) => {
          if (error === undefined || error === null) resolve();
          else reject(error);
        });
      }),
    close() {
      process.stdout.off('error', heard);
      return Promise.resolve();
    },
  };
}

/** For its owner alone. */
const mode = 0o600;

/** Opens nothing before the first line. */
export function fileSink(path: string): LineSink {
  let handle: FileHandle | undefined;

  /** Whether the open file still is the one of that name: tools rotate files by renaming them. */
  const isCurrent = async (opened: FileHandle): Promise<boolean> => {
    const [own, there] = await Promise.all([opened.stat(), stat(path).catch(() => undefined)]);
    return there !== undefined && own.ino === there.ino && own.dev === there.dev;
  };
  const current = async (): Promise<FileHandle> => {
    if (handle !== undefined && (await isCurrent(handle))) return handle;
    await handle?.close();
    handle = undefined;
    return (handle = await open(path, 'a', mode));
  };

  return {
    async write(lines) {
      const file = await current();
      await file.appendFile(lines);
      await file.datasync();
    },
    async close() {
      await handle?.close();
    },
  };
}
