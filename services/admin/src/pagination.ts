// Pages of a list: Hydra's parameters, limits and Link header (hydra-wire §2.1, RFC 8288).
import type { FormParameter } from '@cardea/http';
import { OAuthError } from '@cardea/oauth';

const defaultSize = 100;
const largestSize = 500;

/** What a caller asked for. */
export interface PageRequest {
  readonly size: number;
  /** Empty begins. */
  readonly token: string;
}

/** @throws {OAuthError} invalid_request for a size that is no number */
export function readPage(query: readonly FormParameter[]): PageRequest {
  const of = (name: string) => query.find((parameter) => parameter.name === name)?.value ?? '';
  const size = of('page_size');
  if (!/^[+-]?\d*$/.test(size)) throw new OAuthError('invalid_request', 'The parameter page_size must be a number.');
  const asked = Number(size);
  return { size: asked > 0 ? Math.min(asked, largestSize) : defaultSize, token: of('page_token') };
}

/**
 * The Link header of a page.
 *
 * @param own the list's other parameters, which stay in the links; empty ones do not
 * @param firstToken where the first page begins, for lists whose tokens say so
 */
export function linkHeader(
  path: string,
  own: Readonly<Record<string, string>>,
  page: PageRequest,
  nextToken: string,
  firstToken = '',
): string {
  const link = (rel: string, token: string) => {
    const all = Object.entries({ ...own, page_size: String(page.size), page_token: token });
    const query = new URLSearchParams(all.filter(([, value]) => value !== '').sort(([a], [b]) => (a < b ? -1 : 1)));
    return `<${path}?${query.toString()}>; rel="${rel}"`;
  };
  return [link('first', firstToken), ...(nextToken === '' ? [] : [link('next', nextToken)])].join(',');
}

/** What a query says beside the page. */
export function besidePage(query: readonly FormParameter[]): Record<string, string> {
  const beside = query.filter(({ name }) => name !== 'page_size' && name !== 'page_token');
  return Object.fromEntries(beside.map(({ name, value }) => [name, value]));
}
