// Says in one sentence when this Node is too old, before anything of ours needs what it lacks.

/** @returns {string | undefined} the sentence, or undefined when all is well */
export function nodeProblem(version = process.versions.node) {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  if (major > 20 || (major === 20 && minor >= 12)) return undefined;
  return `Cardea needs Node 20.12 or newer; this is ${version}`;
}
