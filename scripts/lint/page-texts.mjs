// Texts are data (docs/decisions/0098-one-look.md): finds words that stand in a template of a page instead of in a table.
import ts from 'typescript';

/** Stands for whatever a template is given. */
const hole = '\u0000';
const word = /\p{L}{3,}/u;
const spoken = /\b(?:aria-label|title|alt|placeholder)="([^"]*)"/g;
/** A word with a capital, or two words in a row: nothing that a program would call something. */
const sentence = /^\p{Lu}\p{Ll}+|\p{L}{2,} \p{L}{2,}/u;

/** What a template says itself, with holes for the rest. */
const saidBy = (template) =>
  ts.isNoSubstitutionTemplateLiteral(template)
    ? template.text
    : template.head.text + template.templateSpans.map(({ literal }) => hole + literal.text).join('');

/** The words between the tags and in the attributes that are read out. Code is the same in any language. */
function wordsIn(markup) {
  const between = markup.includes('<')
    ? markup.replace(/<code\b[^>]*>[^<]*<\/code>/g, '').replace(/<[^>]*>/g, ' ')
    : markup.replace(/[\w-]+="[^"]*"|\b(?:checked|disabled)\b/g, ' ');
  return [between, ...[...markup.matchAll(spoken)].map(([, value]) => value)]
    .map((text) => text.replaceAll(hole, ' ').replace(/\s+/g, ' ').trim())
    .filter((text) => word.test(text));
}

/**
 * @param {string} source of a TypeScript file
 * @param {{ strings: boolean }} options whether plain strings count too, as in a file that writes nothing but pages
 * @returns {string[]} every text that stands in it
 */
export function textsInTemplates(source, { strings }) {
  const found = [];
  const visit = (node) => {
    if (ts.isTaggedTemplateExpression(node) && node.tag.getText() === 'html') {
      found.push(...wordsIn(saidBy(node.template)));
    } else if (
      strings &&
      ts.isStringLiteral(node) &&
      !ts.isImportDeclaration(node.parent) &&
      sentence.test(node.text)
    ) {
      found.push(node.text);
    }
    ts.forEachChild(node, visit);
  };
  visit(ts.createSourceFile('page.ts', source, ts.ScriptTarget.Latest, true));
  return found;
}
