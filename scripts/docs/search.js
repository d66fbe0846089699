// The search of the site: words anywhere in a section, titles first. The index is a script, for nothing can be fetched from a file.
(() => {
  const root = document.currentScript.dataset.root;
  const form = document.getElementById('search');
  const input = document.getElementById('words');
  const found = document.getElementById('found');
  const most = 12;
  let index;

  function load() {
    if (index !== undefined) return;
    index = [];
    const script = document.createElement('script');
    script.src = `${root}search-index.js`;
    script.onload = () => {
      index = window.cardeaSearchIndex.map((entry) => ({
        ...entry,
        low: `${entry.title} ${entry.text}`.toLowerCase(),
      }));
      show();
    };
    document.head.append(script);
  }

  /** How well a section fits: all words must be there; in the title they count most, then side by side, then often. */
  function scoreOf({ title, low }, words) {
    const phrase = words.join(' ');
    let score = low.includes(phrase) ? 4 : 0;
    if (title.toLowerCase().includes(phrase)) score += 12;
    for (const word of words) {
      const times = low.split(word).length - 1;
      if (times === 0) return 0;
      score += title.toLowerCase().includes(word) ? 6 : 0;
      score += 1 + Math.min(5, (times * 300) / low.length);
    }
    return score;
  }

  const search = (words) =>
    index
      .map((entry) => ({ entry, score: scoreOf(entry, words) }))
      .filter(({ score }) => score > 0)
      .sort((a, b) => b.score - a.score)
      .slice(0, most)
      .map(({ entry }) => entry);

  function around(text, word) {
    const at = Math.max(0, text.toLowerCase().indexOf(word) - 60);
    return `${at > 0 ? '… ' : ''}${text.slice(at, at + 160)}${text.length > at + 160 ? ' …' : ''}`;
  }

  function show() {
    const words = input.value.toLowerCase().split(/\s+/).filter(Boolean);
    found.hidden = words.length === 0;
    const items = words.length === 0 ? [] : search(words);
    found.replaceChildren(
      ...items.map(({ address, title, page, text }) => {
        const link = document.createElement('a');
        link.href = root + address;
        link.append(title === page ? page : `${page} › ${title}`);
        const excerpt = document.createElement('p');
        excerpt.append(around(text, words[0]));
        const item = document.createElement('div');
        item.append(link, excerpt);
        return item;
      }),
    );
    if (items.length === 0) found.append('Nothing has these words.');
  }

  form.hidden = false;
  form.addEventListener('submit', (event) => {
    event.preventDefault();
    found.querySelector('a')?.click();
  });
  input.addEventListener('focus', load);
  input.addEventListener('input', () => (index === undefined ? load() : show()));
  document.addEventListener('keydown', (event) => {
    if (event.key === '/' && !/^(INPUT|TEXTAREA)$/.test(document.activeElement.tagName)) {
      event.preventDefault();
      input.focus();
    } else if (event.key === 'Escape') {
      input.value = '';
      show();
    }
  });
})();
