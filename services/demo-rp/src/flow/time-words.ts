// Says instants and distances in time in words, always in UTC, as of a moment that is given.
import type { Texts } from '../texts.js';

const units = [
  ['day', 86_400],
  ['hour', 3600],
  ['minute', 60],
  ['second', 1],
] as const;

/** A length in its two largest units: `59 min 41 s`. */
export function duration({ time }: Texts, seconds: number): string {
  let rest = Math.max(0, Math.round(seconds));
  const parts: string[] = [];
  for (const [unit, size] of units) {
    const count = Math.floor(rest / size);
    rest -= count * size;
    if (count > 0) parts.push(`${String(count)} ${unit === 'day' && count > 1 ? time.days : time[unit]}`);
    else if (parts.length > 0) break;
    if (parts.length === 2) break;
  }
  return parts.length === 0 ? `0 ${time.second}` : parts.join(' ');
}

/** `in 59 min 41 s` or `3 min ago`; both in epoch seconds. */
export function distance(texts: Texts, seconds: number, nowSeconds: number): string {
  const ahead = Math.round(seconds - nowSeconds);
  if (ahead === 0) return texts.time.now;
  return ahead > 0 ? texts.time.ahead(duration(texts, ahead)) : texts.time.ago(duration(texts, -ahead));
}

const two = (number: number): string => String(number).padStart(2, '0');

/** `24 Nov 2026, 16:05:12 UTC` from epoch seconds; undefined when no date is that. */
export function instant({ time }: Texts, seconds: number): string | undefined {
  const date = new Date(seconds * 1000);
  if (Number.isNaN(date.getTime())) return undefined;
  const month = time.months[date.getUTCMonth()] ?? '';
  const day = time.date(String(date.getUTCDate()), month, String(date.getUTCFullYear()));
  return `${day}, ${clockTime(seconds * 1000)}`;
}

/** `16:05:12 UTC` from epoch milliseconds. */
export function clockTime(millis: number): string {
  const date = new Date(millis);
  return `${two(date.getUTCHours())}:${two(date.getUTCMinutes())}:${two(date.getUTCSeconds())} UTC`;
}
