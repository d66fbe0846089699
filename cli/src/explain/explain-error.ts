// An error code in plain words: what usually stands behind it, what decides, what to do.
import { adviceFor, rowOf } from '@cardea/oauth';
import type { Finding } from '../findings/finding.js';
import { note, wrong } from '../findings/finding.js';

/** @param said the error_description that came with it, if one did */
export function explainError(code: string, said?: string): Finding[] {
  const [row, advice] = [rowOf(code), adviceFor(code)];
  if (row === undefined || advice === undefined) {
    return [
      wrong('error', `${code} is not one of Cardea's: the login or consent app rejected the request with it`, {
        ...(said === undefined || said === '' ? {} : { why: said }),
        decides: 'the login and consent app',
        fix: 'look into the log of that app',
      }),
    ];
  }
  const description = said === undefined || said === '' ? row.description : said;
  return [
    wrong('error', `${code}: ${description.replace(/\.$/, '')}`, {
      why: advice.usually,
      decides: advice.decides,
      fix: advice.fix,
    }),
    note(
      'answered as',
      `HTTP ${String(row.status)}${row.redirectable ? ', or to the redirect URI' : ''}; gRPC ${row.grpc}`,
    ),
  ];
}
