// The one way parts tell what takes time: a sentence for a person.

export interface Progress {
  /** @param sentence such as "fetching Redis from Debian's packages (6 packages, 2 MB)" */
  (sentence: string): void;
}
