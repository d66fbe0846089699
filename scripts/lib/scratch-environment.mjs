// Where a suite and the processes it starts keep their files: a directory of its own in place of the system's, which goes when
// the suite ends, with whatever was left in it.
import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { TestEnvironment } from 'jest-environment-node';

/** Jest makes one for each file of tests, in a process that runs one at a time. */
export default class ScratchEnvironment extends TestEnvironment {
  async setup() {
    await super.setup();
    this.outside = process.env.TMPDIR;
    this.scratch = mkdtempSync(path.join(os.tmpdir(), 'cardea-'));
    // As in the system's own, servers that run as nobody get through to what is open to them.
    chmodSync(this.scratch, 0o711);
    this.#tell(this.scratch);
  }

  async teardown() {
    this.#tell(this.outside);
    // Processes that were told to end may still write for a moment.
    rmSync(this.scratch, { recursive: true, force: true, maxRetries: 20, retryDelay: 100 });
    await super.teardown();
  }

  /** `os.tmpdir()` looks into the environment of the process, children get that of the suite. */
  #tell(directory) {
    for (const { env } of [process, this.global.process]) {
      if (directory === undefined) delete env.TMPDIR;
      else env.TMPDIR = directory;
    }
  }
}
