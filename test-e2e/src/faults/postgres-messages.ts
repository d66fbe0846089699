// PostgreSQL's wire as far as a proxy must read it: where a message ends, and which statement a client is about to run
// (PostgreSQL: Frontend/Backend Protocol, message formats).

/** A message with its type (empty for the first of a connection, which has none) and its body. */
export interface Message {
  readonly type: string;
  readonly body: Buffer;
}

const nothing = Buffer.alloc(0);

/** Collects bytes and answers each message that they complete. @param untyped whether the first one has no type */
export function createMessageReader(untyped: boolean): (bytes: Buffer) => Message[] {
  let kept: Buffer = nothing;
  let first = untyped;
  return (bytes) => {
    kept = kept.length === 0 ? bytes : Buffer.concat([kept, bytes]);
    const messages: Message[] = [];
    for (;;) {
      const head = first ? 0 : 1;
      if (kept.length < head + 4) return messages;
      const end = head + kept.readUInt32BE(head);
      if (kept.length < end) return messages;
      messages.push({ type: first ? '' : kept.toString('latin1', 0, 1), body: kept.subarray(head + 4, end) });
      kept = kept.subarray(end);
      first = false;
    }
  };
}

/** Knows the statements that one connection has prepared, and answers the text of the one that a message runs. */
export function createStatementNames(): (message: Message) => string | undefined {
  const texts = new Map<string, string>();
  return ({ type, body }) => {
    if (type === 'Q') return textAt(body, 0).text;
    if (type === 'P') {
      const name = textAt(body, 0);
      texts.set(name.text, textAt(body, name.next).text);
    }
    if (type === 'B') return texts.get(textAt(body, textAt(body, 0).next).text);
    return undefined;
  };
}

function textAt(body: Buffer, start: number): { text: string; next: number } {
  const end = body.indexOf(0, start);
  return { text: body.toString('utf8', start, end), next: end + 1 };
}
