// A stream of JSON values, one a line, as watches send them.

const longestLine = 16 * 1024 * 1024;

/** @throws for a line that is no JSON, or has no end */
export async function* jsonLines(pieces: AsyncIterable<unknown>): AsyncIterable<unknown> {
  let rest = '';
  for await (const piece of pieces) {
    const lines = (rest + String(piece)).split('\n');
    rest = lines.pop() ?? '';
    if (rest.length > longestLine) throw new Error('a line of a watch has no end');
    for (const line of lines) if (line.trim() !== '') yield JSON.parse(line) as unknown;
  }
}
