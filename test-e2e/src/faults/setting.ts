// What must stand before a fault can be made, such as wires between services: put up while nobody asks, and shared by faults that follow
// each other, because to put it up is to restart half of the house.
import type { Fault } from './fault.js';
import type { House } from './house.js';

/** The house with it, and how to take it down again. */
export interface Stood {
  readonly house: House;
  down(): Promise<void>;
}

/** Puts something up. The same function is the same setting. */
export type Setting = (house: House) => Promise<Stood>;

export interface Settings {
  /** The house as this fault wants it; what the one before wanted is taken down, unless this one wants the same. */
  of(fault: Pick<Fault, 'within'>): Promise<House>;
  down(): Promise<void>;
}

export function createSettings(house: House): Settings {
  let standing: { readonly setting: Setting; readonly stood: Stood } | undefined;
  const down = async () => {
    const stood = standing?.stood;
    standing = undefined;
    await stood?.down();
  };
  return {
    async of({ within }) {
      if (standing?.setting !== within) await down();
      if (within === undefined) return house;
      standing ??= { setting: within, stood: await within(house) };
      return standing.stood.house;
    },
    down,
  };
}
