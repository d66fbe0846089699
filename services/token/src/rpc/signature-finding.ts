// cardea.audit.v1.SignatureFindingService: what the comparison of signatures with tokens found, for auditors (security §2.3 rule 7).
import { OAuthError } from '@cardea/oauth';
import type { Handlers } from '@cardea/rpc';
import { signatureFindingV1 } from '@cardea/rpc';
import type { PageTokens } from '../page-tokens.js';
import type { SignatureFindings } from '../storage/signature-findings.js';

const defaultPage = 100;
const largestPage = 500;
const longestNote = 1_000;

const { OPEN, ACKNOWLEDGED } = signatureFindingV1.FindingState;

export function createSignatureFindingHandlers(options: {
  findings: SignatureFindings;
  pageTokens: PageTokens;
}): Handlers<typeof signatureFindingV1.SignatureFindingServiceService> {
  const { findings, pageTokens } = options;
  return {
    async listFindings({ pageSize, pageToken, state }) {
      const limit = Math.min(pageSize > 0 ? pageSize : defaultPage, largestPage);
      const list = `signature_findings ${state}`;
      const before = pageToken === '' ? 0 : Number(pageTokens.open(list, pageToken));
      const acknowledged = state === OPEN ? false : state === ACKNOWLEDGED ? true : undefined;
      const page = await findings.list({ before, limit: limit + 1, acknowledged });
      const last = page[limit - 1];
      const more = page.length > limit && last !== undefined;
      return { findings: page.slice(0, limit), nextPageToken: more ? pageTokens.seal(list, String(last.id)) : '' };
    },
    async acknowledgeFinding({ id, by, note }) {
      if (note.length > longestNote) {
        throw new OAuthError('invalid_request', `A note has at most ${String(longestNote)} characters.`);
      }
      return { finding: await findings.acknowledge(id, by, note) };
    },
  };
}
