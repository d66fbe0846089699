// What the last thing brought: a result in words with its evidence, or an error with what to do about it.
import { html, type Html } from '@cardea/pages';
import { claimLines } from '../flow/jwt.js';
import type { Problem } from '../flow/problem.js';
import type { Comparison, Result } from '../flow/result.js';
import { claimTable } from './tokens.js';

function comparisonTable(comparisons: readonly Comparison[]): Html {
  return html`<div class="scroll" tabindex="0" role="region" aria-label="Fingerprints before and after">
    <table id="comparison">
      <thead>
        <tr>
          <th scope="col">Token</th>
          <th scope="col">Before</th>
          <th scope="col">After</th>
          <th scope="col"></th>
        </tr>
      </thead>
      <tbody>
        ${comparisons.map(
          ({ label, before, after, same }) =>
            html`<tr>
              <th scope="row">${label}</th>
              <td><code class="before">${before}</code></td>
              <td><code class="after">${after}</code></td>
              <td><span class="tag">${same ? 'the same' : 'new'}</span></td>
            </tr>`,
        )}
      </tbody>
    </table>
  </div>`;
}

export function resultSection(result: Result, nowSeconds: number): Html {
  const { comparisons = [], members } = result;
  return html`<section class="outcome" id="outcome" aria-labelledby="result">
    <h2 id="result">${result.title}</h2>
    <p>${result.words}</p>
    ${comparisons.length > 0 && comparisonTable(comparisons)}
    ${members !== undefined && claimTable('result-members', result.title, claimLines(members, nowSeconds))}
  </section>`;
}

export function problemSection(problem: Problem): Html {
  return html`<section class="outcome alarm" id="outcome" role="alert" aria-labelledby="problem">
    <h2 id="problem">${problem.title}</h2>
    <p>${problem.todo}</p>
    <dl class="facts">
      <dt>Error</dt>
      <dd><code id="problem-code">${problem.code}</code></dd>
      ${
        problem.said !== undefined &&
        html`<dt>In its own words</dt>
          <dd id="problem-said">${problem.said}</dd>`
      }
      ${
        problem.errorId !== undefined &&
        html`<dt>Look for in the log</dt>
          <dd><code id="problem-error-id">${problem.errorId}</code></dd>`
      }
    </dl>
  </section>`;
}
