// A page of a list: Hydra's JSON around the items, and the token of the next page below the table (hydra-wire §2.1, §9).
import type { Command } from 'commander';
import type { Api, Json } from '../api/client.js';
import type { Shown } from './shown.js';

export interface PageOptions {
  readonly pageSize: string;
  readonly pageToken?: string;
  readonly all?: boolean;
}

export function withPages(command: Command): Command {
  return command
    .option('--page-size <number>', 'how many at once, 500 at most', '100')
    .option('--page-token <token>', 'where to go on: the NEXT PAGE TOKEN of the page before')
    .option('--all', 'all pages');
}

/** The `page_token` of the link with `rel="next"`, or nothing on the last page. */
function nextPageToken(link: string | readonly string[] | undefined): string {
  const links = (typeof link === 'string' ? [link] : (link ?? [])).flatMap((header) => header.split(/,(?=\s*<)/));
  const next = links.map((entry) => /^\s*<([^>]*)>;\s*rel="next"/.exec(entry)?.[1]).find((url) => url !== undefined);
  return next === undefined ? '' : (new URL(next, 'http://link').searchParams.get('page_token') ?? '');
}

/** @param draw how the items are shown */
export async function showPage(
  api: Api,
  path: string,
  query: Readonly<Record<string, string | undefined>>,
  { pageSize, pageToken, all = false }: PageOptions,
  draw: (items: readonly Json[]) => Shown,
): Promise<Shown> {
  const items: Json[] = [];
  let token = pageToken ?? '';
  do {
    const page = { page_size: pageSize, ...(token === '' ? {} : { page_token: token }) };
    const { json, headers } = await api.answer('GET', path, { query: { ...query, ...page } });
    items.push(...(json as Json[]));
    token = nextPageToken(headers['link']);
  } while (all && token !== '');
  return {
    ...draw(items),
    json: { items, next_page_token: token, is_last_page: token === '' },
    remarks: ['', `NEXT PAGE TOKEN  ${token}`.trimEnd(), `IS LAST PAGE     ${String(token === '')}`],
  };
}

/** Every item of a list. */
export async function everyItem(api: Api, path: string): Promise<Json[]> {
  const { json } = await showPage(api, path, {}, { pageSize: '500', all: true }, () => ({
    ...{ json: [], columns: [], rows: [], ids: [] },
  }));
  return (json as { items: Json[] }).items;
}
