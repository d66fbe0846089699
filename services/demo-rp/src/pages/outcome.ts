// What the last thing brought: a result in words with its evidence, or an error with what to do about it.
import { html, type Html } from '@cardea/pages';
import { claimLines } from '../flow/jwt.js';
import type { Problem } from '../flow/problem.js';
import type { Comparison, Result } from '../flow/result.js';
import type { Texts } from '../texts.js';
import { claimTable } from './tokens.js';

function comparisonTable({ outcome }: Texts, comparisons: readonly Comparison[]): Html {
  return html`<div class="scroll" tabindex="0" role="region" aria-label="${outcome.fingerprints}">
    <table id="comparison">
      <thead>
        <tr>
          <th scope="col">${outcome.token}</th>
          <th scope="col">${outcome.before}</th>
          <th scope="col">${outcome.after}</th>
          <th scope="col">${outcome.compared}</th>
        </tr>
      </thead>
      <tbody>
        ${comparisons.map(
          ({ label, before, after, same }) =>
            html`<tr>
              <th scope="row">${label}</th>
              <td><code class="before">${before}</code></td>
              <td><code class="after">${after}</code></td>
              <td><span class="tag">${same ? outcome.same : outcome.fresh}</span></td>
            </tr>`,
        )}
      </tbody>
    </table>
  </div>`;
}

export function resultSection(texts: Texts, result: Result, nowSeconds: number): Html {
  const { comparisons = [], members } = result;
  return html`<section class="outcome" id="outcome" aria-labelledby="result">
    <h2 id="result">${result.title}</h2>
    <p>${result.words}</p>
    ${comparisons.length > 0 && comparisonTable(texts, comparisons)}
    ${members !== undefined && claimTable(texts, 'result-members', result.title, claimLines(texts, members, nowSeconds))}
  </section>`;
}

export function problemSection({ outcome }: Texts, problem: Problem): Html {
  return html`<section class="outcome alarm" id="outcome" role="alert" aria-labelledby="problem">
    <h2 id="problem">${problem.title}</h2>
    <p>${problem.todo}</p>
    <dl class="facts">
      <dt>${outcome.error}</dt>
      <dd><code id="problem-code">${problem.code}</code></dd>
      ${
        problem.said !== undefined &&
        html`<dt>${outcome.said}</dt>
          <dd id="problem-said" lang="en">${problem.said}</dd>`
      }
      ${
        problem.errorId !== undefined &&
        html`<dt>${outcome.log}</dt>
          <dd><code id="problem-error-id">${problem.errorId}</code></dd>`
      }
    </dl>
  </section>`;
}
