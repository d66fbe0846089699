// The story of the flow, hop by hop: who spoke to whom, what was said, why, and how to say it by hand.
import { html, type Html } from '@cardea/pages';
import type { Step } from '../flow/step.js';
import { clockTime } from '../flow/time-words.js';

function stepItem(step: Step, index: number): Html {
  const number = String(index + 1);
  return html`<li>
    <details id="step-${number}">
      <summary>
        <span class="number" aria-hidden="true">${number}</span>
        <span class="step-title">${step.title}</span>
        <span class="route">${step.from} <span aria-label="to">→</span> ${step.to}</span>
        ${step.failed === true && html`<span class="tag alarm">refused</span>`}
        <span class="when"
          >${clockTime(step.at)}${step.millis !== undefined && html` · ${Math.max(1, Math.round(step.millis))} ms`}</span
        >
      </summary>
      <div class="step-body">
        <p>${step.words}</p>
        ${step.facts?.map((fact) => html`<p class="fact">${fact}</p>`)}
        ${
          step.request !== undefined &&
          html`<h3>Request</h3>
            <pre tabindex="0">${step.request}</pre>`
        }
        ${
          step.parameters !== undefined &&
          html`<h3>Parameters</h3>
            <dl class="parameters">
              ${step.parameters.map(
                ({ name, value, meaning }) =>
                  html`<dt><code>${name}</code></dt>
                    <dd><code class="value">${value}</code><span class="meaning">${meaning}</span></dd>`,
              )}
            </dl>`
        }
        ${
          step.response !== undefined &&
          html`<h3>Answer</h3>
            <pre tabindex="0">${step.response}</pre>`
        }
        ${
          step.curl !== undefined &&
          html`<h3>By hand</h3>
            <pre class="curl" tabindex="0">${step.curl}</pre>`
        }
      </div>
    </details>
  </li>`;
}

export function stepsSection(steps: readonly Step[]): Html | undefined {
  if (steps.length === 0) return undefined;
  return html`<section id="steps" aria-labelledby="steps-title">
    <h2 id="steps-title">Step by step</h2>
    <p class="muted small">
      What really happened, in order. Tokens and secrets are shortened; the commands take them from variables.
    </p>
    <ol class="steps">
      ${steps.map(stepItem)}
    </ol>
  </section>`;
}
