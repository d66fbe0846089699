// What `npm run bench -- --help` says.
import type { Scenario } from './scenarios/scenario.js';
import { variants } from './variants.js';

export const help = (scenarios: readonly Scenario[]): string => `npm run bench -- [options]

Starts Cardea's own processes, PostgreSQL and Redis on loopback, drives them for a bounded time, looks into a sample of the
answers, and tells the CPU time a request costs over all of them. Wall-clock figures depend on the machine; the CPU ratio is
what to compare. Without options about a quarter of an hour.

What is measured:
  --quick            about two minutes: short slices, 3 rounds, fewer scenarios
  --full             everything there is, in less than half an hour: --peers, all --variants, --open-loop,
                     --widths 16,256, --statements and --correctness
  --only NAMES       these scenarios, separated by commas
  --keys PLACE       private keys in software, as other providers have theirs (the default), or hsm: in SoftHSM
  --variants NAMES   further installations of ours in the same rounds, where they differ:
${variants.map(({ name, title }) => `                       ${name.padEnd(10)}${title}`).join('\n')}
  --peers            npm's oidc-provider in the same rounds: in memory, which flatters it, and as durable as ours
  --peer-public URL, --peer-admin URL, --peer-pids NAME=PID,…
                     a provider that runs already, speaks Hydra's API, and whose processes are these
  --open-loop        also how late answers are at 30, 60 (three times) and 80 % of the rate that was reached, asked at
                     random times
  --rate N           the same at N requests a second
  --widths N,N,…     also the rate that is reached with so many connections
  --statements       also statements and bytes of PostgreSQL's log a request
  --correctness      also whether answers stay right while everything is sent twice at once and services are killed;
                     quick runs and --only leave it out otherwise

How:
  --rounds N         rounds measured (5; quick: 3)
  --seconds N        length of a slice (5; quick and full: 2)
  --units N          single-use codes and tokens prepared a slice (3000; quick: 600; full: 1000)
  --connections N    concurrent callers (64)
  --ports N          first port of the demo (8600)
  --attach FILE      measure a running demo, whose line of JSON is in FILE

What becomes of it:
  --json FILE        the results as JSON, written after each round: one that is cut short is not lost
  --report DIR       a page with tables and pictures (SVG), and the results as JSON beside it
  --compare FILE     ratios to the results of an earlier run
  --write FILE       the figures as tables between the marks of a page, such as docs/performance.md
  --from FILE        shows, reports, compares or writes the results of an earlier run, and measures nothing

Instead of all that:
  --gate             a minute: fails when a request costs more than bench/baseline.json allows
  --rebase WHY       writes that baseline anew, with the reason
  --floors           the rates that two cores must hold, in an open loop (introspection 4,000 a second,
                     client_credentials 1,500, refresh 800, revoke 1,000): a minute; fails when one does not
  --scale            one, two and four of each service, and what an installation needs for internet-scale load
  --signer           the signer alone: keys in SoftHSM, in software, without its record, in an HSM of 5 ms
  --large SHARE      a database of ten million rows, times the share, against an empty one; a client with
                     100,000 tokens is deleted meanwhile
  --help             this text

Scenarios:
${scenarios.map(({ name, about }) => `  ${name.padEnd(30)}${about}`).join('\n')}
`;
