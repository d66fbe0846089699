// The story of the flow, hop by hop: who spoke to whom, what was said, why, and how to say it by hand.
import { html, type Html } from '@cardea/pages';
import type { Step } from '../flow/step.js';
import type { Texts } from '../texts.js';
import { clockTime } from '../flow/time-words.js';

function stepItem({ steps }: Texts, step: Step, index: number): Html {
  const number = String(index + 1);
  return html`<li>
    <details id="step-${number}">
      <summary>
        <span class="number" aria-hidden="true">${number}</span>
        <span class="step-title">${step.title}</span>
        <span class="route"
          >${step.from} <span class="arrow"><span class="visually-hidden">${steps.to}</span></span> ${step.to}</span
        >
        ${step.failed === true && html`<span class="tag alarm">${steps.refused}</span>`}
        <span class="when"
          >${clockTime(step.at)}${step.millis !== undefined && html` · ${Math.max(1, Math.round(step.millis))} ms`}</span
        >
      </summary>
      <div class="step-body">
        <p>${step.words}</p>
        ${step.facts?.map((fact) => html`<p class="fact">${fact}</p>`)}
        ${
          step.request !== undefined &&
          html`<h3>${steps.request}</h3>
            <pre tabindex="0">${step.request}</pre>`
        }
        ${
          step.parameters !== undefined &&
          html`<h3>${steps.parameters}</h3>
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
          html`<h3>${steps.answer}</h3>
            <pre tabindex="0">${step.response}</pre>`
        }
        ${
          step.curl !== undefined &&
          html`<h3>${steps.byHand}</h3>
            <pre class="curl" tabindex="0">${step.curl}</pre>`
        }
      </div>
    </details>
  </li>`;
}

export function stepsSection(texts: Texts, steps: readonly Step[]): Html | undefined {
  if (steps.length === 0) return undefined;
  return html`<section id="steps" aria-labelledby="steps-title">
    <h2 id="steps-title">${texts.steps.title}</h2>
    <p class="muted small">${texts.steps.words}</p>
    <ol class="steps">
      ${steps.map((step, index) => stepItem(texts, step, index))}
    </ol>
  </section>`;
}
