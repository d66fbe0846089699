// One page out of Markdown: its HTML, its headings, and its text by section, for the search.
import GithubSlugger from 'github-slugger';
import { Marked } from 'marked';
import { addressOf, between, destinationOf } from './addresses.mjs';

const escape = (text) => text.replace(/[&<>"]/g, (sign) => `&#${sign.charCodeAt(0)};`);
const plain = (html) =>
  html
    .replace(/<[^>]*>/g, '')
    .replace(/&#(\d+);/g, (_all, code) => String.fromCodePoint(Number(code)))
    .replace(/&(amp|lt|gt|quot);/g, (_all, name) => ({ amp: '&', lt: '<', gt: '>', quot: '"' })[name])
    .replace(/\s+/g, ' ')
    .trim();

/**
 * @param {string} root the clone
 * @param {string} page relative to it
 * @param {string} source its text
 * @returns {{ page: string, html: string, title: string, links: string[], headings: { depth: number, id: string, text: string }[],
 *   sections: { id: string, text: string, body: string }[] }} `links` as they stand there, `sections` with the text below each heading
 */
export function readPage(root, page, source) {
  const slugs = new GithubSlugger();
  const headings = [];
  const links = [];
  const marked = new Marked({
    renderer: {
      heading({ tokens, depth }) {
        const html = this.parser.parseInline(tokens);
        const id = slugs.slug(plain(html));
        headings.push({ depth, id, text: plain(html) });
        if (depth === 1) return `<h1 id="${id}">${html}</h1>\n`;
        return `<h${depth} id="${id}">${html} <a class="anchor" href="#${id}" aria-label="Link to this section">#</a></h${depth}>\n`;
      },
      link({ href, tokens }) {
        const inner = this.parser.parseInline(tokens);
        links.push(href);
        const to = destinationOf(root, page, href);
        if (to.external) return `<a href="${escape(href)}">${inner}</a>`;
        // Dead ones are reported; a folder is no page.
        if (to.file === undefined) return inner;
        const address = to.file === page ? '' : between(addressOf(page), addressOf(to.file));
        return `<a href="${escape(address)}${to.anchor === '' ? '' : `#${escape(to.anchor)}`}">${inner}</a>`;
      },
      code({ text, lang }) {
        const [language = 'text', ...orders] = (lang ?? '').split(/\s+/);
        const role = orders.includes('output') ? ' output' : '';
        return `<pre class="${escape(language)}${role}" tabindex="0"><code>${escape(text)}</code></pre>\n`;
      },
      table(token) {
        const row = (cells, tag) =>
          `<tr>${cells.map((cell) => `<${tag}>${this.parser.parseInline(cell.tokens)}</${tag}>`).join('')}</tr>`;
        const body = token.rows.map((cells) => row(cells, 'td')).join('\n');
        return `<div class="table" tabindex="0"><table><thead>${row(token.header, 'th')}</thead><tbody>${body}</tbody></table></div>\n`;
      },
      // Comments order the tests about; there is no other HTML in our pages.
      html: ({ raw }) => (raw.trim().startsWith('<!--') ? '' : escape(raw)),
      checkbox: ({ checked }) => (checked ? '☑ ' : '☐ '),
    },
  });
  const html = marked.parse(source);
  return { page, html, headings, links, title: headings[0]?.text ?? page, sections: sectionsOf(html, headings) };
}

/** The text below each heading. */
function sectionsOf(html, headings) {
  return html
    .split(/(?=<h[1-6] id=)/)
    .filter((part) => part.startsWith('<h'))
    .map((part, index) => ({
      ...headings[index],
      body: plain(part.replace(/^<h\d[^]*?<\/h\d>/, '').replace(/<\/(td|th|li|p|pre)>/g, ' ')),
    }));
}
