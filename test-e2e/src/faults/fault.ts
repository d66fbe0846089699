// What a fault is: something bad that is done to the house while clients go on, and what their answers may be like meanwhile.
import { setTimeout as sleep } from 'node:timers/promises';
import type { Ask } from './history.js';
import type { House } from './house.js';
import type { Allowance } from './invariants.js';
import type { Setting } from './setting.js';

export interface Fault {
  /** Of the catalogue, security §4; several faults may be variants of one. */
  readonly id: string;
  /** What is done, as the table shows it. */
  readonly how: string;
  readonly may: Allowance;
  /** Whether the keys must lie in an HSM for it. */
  readonly hsm?: boolean;
  /** What must stand meanwhile. */
  readonly within?: Setting;
  /** Does it, and undoes it again. @throws when it did not come about: then nothing was proven */
  inflict(house: House, during: During): Promise<void>;
}

export interface During {
  /** How long it shall last. */
  readonly millis: number;
  pause(millis: number): Promise<void>;
  /** Told in the table. */
  note(sentence: string): void;
  /** Looks at all that was asked meanwhile once it is answered. */
  afterwards(check: Check): void;
}

/** @throws when what was asked does not show what the fault was made for */
export type Check = (asks: readonly Ask[]) => void;

/** Answers may be refused, and nothing else. */
export const refusals: Allowance = { refuse: true, lose: false, hang: false };
/** Nothing at all may be noticed. */
export const nothing: Allowance = { refuse: false, lose: false, hang: false };
/** Only what needs a signature may be refused. */
export const signatures: Allowance = { refuse: ['sign', 'redeem', 'refresh'], lose: false, hang: false };
/** Connections may break, too: what was asked dies. */
export const losses: Allowance = { refuse: true, lose: true, hang: false };
/** Answers may never come: what was asked is frozen. */
export const silence: Allowance = { refuse: true, lose: true, hang: true };

/** @param checks gets those that are to be made afterwards */
export function createDuring(millis: number, note: (sentence: string) => void, checks: Check[] = []): During {
  return { millis, pause: (length) => sleep(length), note, afterwards: (check) => void checks.push(check) };
}

/** Does something again and again for as long as the fault lasts. @returns how often */
export async function again(during: During, everyMillis: number, act: () => Promise<void> | void): Promise<number> {
  let times = 0;
  for (const end = Date.now() + during.millis; Date.now() < end; times++) {
    await act();
    await during.pause(everyMillis);
  }
  return times;
}
