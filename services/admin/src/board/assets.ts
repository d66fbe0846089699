// The board's page and its files, as its package brings them: nothing from elsewhere is loaded, nothing inline runs.
import type { UIConfig } from '@bull-board/api/dist/types.js';
import { escapeHtml } from '@cardea/pages';
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';

export interface Asset {
  readonly contentType: string;
  /** Its name changes with its content. */
  readonly lasting: boolean;
  read(): Buffer;
}

const contentTypes: Readonly<Record<string, string>> = {
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.json': 'application/json; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.ico': 'image/x-icon',
};

/** Every file there is, by its path: what is not listed is not read, whatever a request says. */
export function readAssets(uiBasePath: string): ReadonlyMap<string, Asset> {
  const directory = path.join(uiBasePath, 'dist');
  const entries = readdirSync(path.join(directory, 'static'), { recursive: true, withFileTypes: true });
  const assets = entries.flatMap((entry): [string, Asset][] => {
    const contentType = contentTypes[path.extname(entry.name)];
    if (!entry.isFile() || contentType === undefined) return [];
    const file = path.join(entry.parentPath, entry.name);
    const lasting = /\.[0-9a-f]{8,}\.(?:js|css)$/.test(entry.name);
    return [[path.relative(directory, file), { contentType, lasting, read: () => readFileSync(file) }]];
  });
  return new Map(assets);
}

/**
 * The page, with its scripts and style sheets and without the fonts it would fetch from elsewhere.
 *
 * @param base path of the board, with a slash at its end
 */
export function readPage(uiBasePath: string, base: string, config: UIConfig): Buffer {
  const template = readFileSync(path.join(uiBasePath, 'dist/index.ejs'), 'utf8');
  const scripts = [...template.matchAll(/<script defer src="(static\/[\w./-]+)">/g)].map(([, src = '']) => src);
  const styles = [...template.matchAll(/<link href="(static\/[\w./-]+)" rel="stylesheet">/g)].map(
    ([, href = '']) => href,
  );
  const data = JSON.stringify(config).replace(/</g, '\\u003c');
  return Buffer.from(
    [
      '<!DOCTYPE html>',
      '<html lang="en">',
      '<head>',
      '<meta charset="utf-8">',
      '<meta name="viewport" content="width=device-width, initial-scale=1">',
      `<base href="${escapeHtml(base)}">`,
      `<title>${escapeHtml(config.boardTitle ?? '')}</title>`,
      '<link rel="icon" type="image/svg+xml" href="static/images/logo.svg">',
      ...styles.map((href) => `<link href="${href}" rel="stylesheet">`),
      '</head>',
      '<body>',
      `<script id="__UI_CONFIG__" type="application/json">${data}</script>`,
      '<div id="root"></div>',
      ...scripts.map((src) => `<script defer src="${src}"></script>`),
      '</body>',
      '</html>',
      '',
    ].join('\n'),
  );
}
