// The contract of the service that tests of this room serve and ask, as generated code would have it.
import type { UnaryMethod } from './service.js';

export interface Said {
  readonly text: string;
}

function method(name: string): UnaryMethod<Said, Said> {
  const serialize = ({ text }: Said) => Buffer.from(text);
  const deserialize = (bytes: Buffer): Said => {
    const text = bytes.toString();
    if (text.startsWith('undecodable')) throw new Error('cannot be read');
    return { text };
  };
  return {
    path: `/cardea.test.v1.EchoService/${name}`,
    requestSerialize: serialize,
    requestDeserialize: deserialize,
    responseSerialize: serialize,
    responseDeserialize: deserialize,
  };
}

/** `say` answers, `ask` may do anything a test hands in, `missing` is served by nobody. */
export const echo = { say: method('Say'), ask: method('Ask') };
export const echoAndMore = { ...echo, missing: method('Missing') };

export type EchoDefinition = typeof echo;
