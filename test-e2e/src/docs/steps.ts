// A page as steps of one shell: commands with the output that is shown for them, and files that appear in between.
import type { Block } from './blocks.js';
import { placeOf } from './blocks.js';
import { isRun } from './convention.js';

/** A page's text with the ports that are meant. */
export type Move = (text: string) => string;

export interface Step {
  readonly place: string;
  readonly command: string;
  /** Exit code that the page tells of. */
  readonly exit: number;
  /** Answers once the command, which goes on, is ready. */
  readonly background: string | undefined;
  /** Where the person with the browser logs in from here on, instead of the demo's app. */
  readonly loginApp: string | undefined;
  /** Makes the ports of a page those of the demo. */
  readonly moved: Move;
  /** What the page shows, if it does. */
  readonly shown: { readonly kind: string; readonly text: string } | undefined;
}

/**
 * @param blocks of one page, in order
 * @param moved makes the ports of a page those of the demo
 * @throws when output stands behind nothing that is run
 */
export function stepsOf(blocks: readonly Block[], moved: Move = (text) => text): Step[] {
  const steps: Step[] = [];
  const stepOf = (block: Block, command: string) => newStep(block, command, moved);
  for (const block of blocks) {
    if (isRun(block))
      steps.push(...(block.language === 'console' ? consoleSteps(block, stepOf) : [stepOf(block, block.text)]));
    else if (block.orders['file'] !== undefined) steps.push(stepOf(block, writing(block.orders['file'], block.text)));
    else if (block.orders['output'] !== undefined) {
      const last = steps.pop();
      if (last?.shown !== undefined || last === undefined) throw new Error(`${placeOf(block)}: output of what?`);
      steps.push({ ...last, shown: { kind: block.language, text: last.moved(block.text) } });
    }
  }
  return steps;
}

function newStep(block: Block, command: string, moved: Move): Step {
  const { exit = '0', background, 'login-app': loginApp, public: port } = block.orders;
  const own: Move = (text) => moved(port === undefined ? text : text.replaceAll('4444', port));
  return {
    ...{ place: placeOf(block), command: own(command), exit: Number(exit), moved: own, shown: undefined },
    ...{ background: background && own(background), loginApp: loginApp && own(loginApp) },
  };
}

/** `$ ` begins a command; what follows, up to the next, is shown output. */
function consoleSteps(block: Block, stepOf: (block: Block, command: string) => Step): Step[] {
  return `\n${block.text}`
    .split('\n$ ')
    .slice(1)
    .map((part) => {
      const [command = '', ...rest] = part.split('\n');
      const text = rest.join('\n').trim();
      const step = stepOf(block, command);
      return { ...step, shown: text === '' ? undefined : { kind: 'text', text: step.moved(text) } };
    });
}

const writing = (name: string, text: string) =>
  `mkdir -p "$(dirname '${name}')"\ncat > '${name}' <<'END OF FILE'\n${text}\nEND OF FILE`;
