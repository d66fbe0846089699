// Seals what a flow remembers into its row, and opens it again. A body that passed through this process a moment ago is not
// opened once more: the row still decides what it is, byte for byte.
import { ownBytes } from '../own-bytes.js';
import type { Seal } from '../seal.js';
import { createShortMemory } from '../short-memory.js';
import type { FlowBody } from './flow-body.js';
import { decodeStart, encodeStart } from './flow-body.js';

export interface FlowBodies {
  /** Seals a body for the row of its flow. */
  seal(body: FlowBody): Buffer;
  /**
   * @param id of the flow whose row it is
   * @throws when the row is not what this service wrote
   */
  open(id: Buffer, sealed: Buffer): FlowBody;
  /** Of a flow that is over. */
  forget(id: Buffer): void;
}

/** Flows of one period whose body is remembered; of the others nothing is lost but 20 µs a leg. */
const mostRemembered = 512;
/** Most flows are over long before, and nobody asks for them again. */
const rememberMillis = 60_000;
/** Sealed bytes. A consent app may grant a megabyte of claims: a thousand of those would be all the memory there is. */
const longestRemembered = 16 * 1024;

export function createFlowBodies(seal: Pick<Seal, 'seal' | 'open'>): FlowBodies {
  const recent = createShortMemory<{ readonly sealed: Buffer; readonly body: FlowBody }>({
    ...{ millis: rememberMillis, most: mostRemembered, now: () => performance.now() },
  });
  const remember = (id: Buffer, sealed: Buffer, body: FlowBody): void => {
    const name = id.toString('latin1');
    if (sealed.length > longestRemembered) recent.forget(name);
    else recent.keep(name, { sealed: ownBytes(sealed), body });
  };

  return {
    seal(body) {
      const { start, ...rest } = body;
      const sealed = seal.seal(start.id, Buffer.from(JSON.stringify({ ...rest, start: encodeStart(start) })));
      remember(start.id, sealed, body);
      return sealed;
    },
    open(id, sealed) {
      const known = recent.get(id.toString('latin1'));
      if (known?.sealed.equals(sealed) === true) return known.body;
      const plain = seal.open(id, sealed);
      if (plain === undefined)
        throw new Error('a flow row cannot be opened: a system secret is missing or the row was changed');
      const { start, ...rest } = JSON.parse(plain.toString()) as Omit<FlowBody, 'start'> & { start: string };
      const body = { ...rest, start: decodeStart(start) };
      remember(id, sealed, body);
      return body;
    },
    forget: (id) => recent.forget(id.toString('latin1')),
  };
}
