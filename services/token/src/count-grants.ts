// Tokens issued and refused at the token endpoint, by grant and by reason: words of small fixed sets, whoever asks.
import { isGrantType, OAuthError, rowOf } from '@cardea/oauth';
import type { Metrics } from '@cardea/service';
import type { Exchange } from './exchange.js';

/** Makes counters that are bound once for each set of labels. */
function bound(count: (labels: readonly string[]) => { inc(): void }): (...labels: readonly string[]) => void {
  const series = new Map<string, { inc(): void }>();
  return (...labels) => {
    const key = labels.join(' ');
    let one = series.get(key);
    if (one === undefined) series.set(key, (one = count(labels)));
    one.inc();
  };
}

/** The same exchange, counted; a refusal is one of the client's, of its person, or of a storage that did not answer. */
export function countGrants(exchange: Exchange, metrics: Metrics): Exchange {
  const issued = metrics.counter('cardea_tokens_issued_total', 'Answers with tokens.', ['grant_type']);
  const refused = metrics.counter('cardea_token_refusals_total', 'Answers without.', ['grant_type', 'error']);
  const countIssued = bound((labels) => issued.labels(...labels));
  const countRefused = bound((labels) => refused.labels(...labels));
  const grantOf: (request: Parameters<Exchange>[0]) => string = ({ parameters }) => {
    const named = parameters.find(({ name }) => name === 'grant_type')?.value ?? '';
    return isGrantType(named) ? named : 'other';
  };
  return async (request, context) => {
    try {
      const answer = await exchange(request, context);
      countIssued(grantOf(request));
      return answer;
    } catch (error) {
      const { code } = OAuthError.from(error);
      countRefused(grantOf(request), rowOf(code) === undefined ? 'other' : code);
      throw error;
    }
  };
}
