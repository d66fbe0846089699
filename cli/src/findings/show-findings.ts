// Findings for people: a line each, and below it why and what to do; the other formats have them as data.
import { printable } from '../output/printable.js';
import type { Shown } from '../output/shown.js';
import type { Finding, Verdict } from './finding.js';

const words: Readonly<Record<Verdict, string>> = { ok: 'ok', note: 'note', warning: 'WARNING', wrong: 'WRONG' };

/** @param title what the findings are about, said first */
export function showFindings(title: string, findings: readonly Finding[]): Shown {
  return {
    json: { title, findings },
    columns: [],
    rows: [],
    ids: findings.filter(({ verdict }) => verdict === 'wrong').map(({ about }) => about),
    remarks: [printable(title), '', ...linesOf(findings)],
  };
}

/** For commands that print as they go. */
export function linesOf(findings: readonly Finding[]): string[] {
  const width = Math.max(0, ...findings.map(({ about }) => about.length));
  return findings.flatMap((finding) => {
    const { verdict, about, says, why, decides, fix } = finding;
    const margin = ' '.repeat(9 + width + 2);
    const more: readonly (readonly [string, string | undefined])[] = [
      ['why: ', why],
      ['decided by: ', decides],
      ['fix: ', fix],
    ];
    return [
      `${words[verdict].padEnd(9)}${about.padEnd(width)}  ${printable(says)}`,
      ...more.flatMap(([name, text]) => (text === undefined ? [] : [`${margin}${name}${printable(text)}`])),
    ];
  });
}
