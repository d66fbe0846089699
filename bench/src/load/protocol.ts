// What the benchmark tells its driver, and what the driver tells back: one command, one answer, in turn.
import type { Target } from '../target.js';
import type { Slice } from './slice.js';

/** The driver is a process of its own, so that its CPU and its pauses are not those of whoever measures. */
export type Command =
  | { readonly do: 'open'; readonly target: Target; readonly connections: number }
  /** Makes a scenario ready. */
  | { readonly do: 'prepare'; readonly scenario: string; readonly units: number }
  /** Drives what was prepared: in an open loop where a rate is named. */
  | { readonly do: 'drive'; readonly millis: number; readonly perSecond?: number | undefined }
  /** Looks into the answers that were kept, and lets go. */
  | { readonly do: 'check' };

export type Answer =
  { readonly failed: string } | { readonly failed?: undefined; readonly slice?: Slice; readonly checked?: number };
