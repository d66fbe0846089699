// The counts of the correctness run: what was asked, what was killed meanwhile, what was answered, and what became of what was given.
import type { Results } from './results.js';
import type { Table } from './tables.js';

export function correctnessTable({ correctness }: Results): Table {
  const rows = correctness === undefined ? [] : rowsOf(correctness);
  return {
    title: 'Right under load: everything twice at the same moment, services killed meanwhile',
    head: ['what', 'how many'],
    rows: rows.map(([what, count]) => [what, String(count)]),
  };
}

function rowsOf({
  seconds,
  kills,
  codes,
  refreshes,
  answers,
  afterwards,
  breaches,
}: NonNullable<Results['correctness']>): (readonly [string, number | string])[] {
  const open = codes.presented - codes.won - codes.lost;
  return [
    ['seconds of load, over two gateways and two token services', seconds],
    ...kills.map(
      ({ service, atSeconds, backMillis }) =>
        [
          `${service} killed (SIGKILL) after ${atSeconds.toFixed(1)} s, ready again after`,
          `${(backMillis / 1000).toFixed(1)} s`,
        ] as const,
    ),
    [`codes presented, ${String(codes.twice)} of them more than once`, codes.presented],
    ['… that gave tokens once', codes.won],
    ['… used by a request whose answer was lost', codes.lost],
    ['… still unknown when the client gave up', open],
    ['refresh tokens presented, each twice at once', refreshes.presented],
    ['… that had one successor', refreshes.won],
    ['… still unknown when the client gave up', refreshes.presented - refreshes.won],
    ['answers 200', answers.given],
    ['answers 400 invalid_grant', answers.refused],
    ['answers 503 with Retry-After', answers.unknown],
    ['other answers, or none', answers.wrong],
    ['pairs of tokens asked about afterwards', afterwards.asked],
    ['… active', afterwards.active],
    ['… ended, for their code was seen again later', afterwards.ended],
    ['things that were wrong', breaches.length],
  ];
}
