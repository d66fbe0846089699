// bull-board: the workers' queues on a page, for people (issue 6 "Queues"). It is loaded when somebody looks for the first time.
import type { AppControllerRoute, BullBoardQueues, IServerAdapter, UIConfig } from '@bull-board/api/dist/types.js';
import { createBullBoard } from '@bull-board/api';
import { createRequire } from 'node:module';
import path from 'node:path';
import type { JobClient } from '../routes/queues.js';
import type { Asset } from './assets.js';
import { readAssets, readPage } from './assets.js';
import { QueueAdapter } from './queue-adapter.js';

export interface Board {
  /** The page, for whichever path of the board. */
  readonly page: Buffer;
  /** By path below the board: `static/js/main.js`. */
  readonly assets: ReadonlyMap<string, Asset>;
  /** @returns undefined when the board has no such order @throws what the token service answers */
  order(method: string, path: string, query: Readonly<Record<string, string>>): Promise<Ordered | undefined>;
}

export interface Ordered {
  readonly status: number;
  readonly body: unknown;
}

/** What the page may ask for. All else that bull-board knows is refused: jobs are made by the services, schedules by workers. */
const offered: ReadonlySet<string> = new Set([
  'get /api/queues',
  'get /api/queues/:queueName/:jobId',
  'get /api/queues/:queueName/:jobId/logs',
  'put /api/queues/:queueName/retry/:queueStatus',
  'put /api/queues/:queueName/clean/:queueStatus',
  'put /api/queues/:queueName/:jobId/retry',
]);

const uiConfig: UIConfig = {
  boardTitle: 'Cardea queues',
  hideDocsLink: true,
  hideRedisDetails: true,
  showWorkers: false,
  showMetrics: false,
};

interface Order {
  readonly method: string;
  readonly parts: readonly string[];
  readonly handler: AppControllerRoute['handler'];
}

/** @param base path of the board, without a slash at its end */
export async function openBoard(base: string, jobs: JobClient): Promise<Board> {
  const { queues } = await jobs.listQueues({});
  const orders: Order[] = [];
  let known: BullBoardQueues = new Map();
  let config: UIConfig = {};
  // bull-board hands what it has to a web framework of its list; ours takes it as it is.
  const adapter: IServerAdapter = {
    setQueues: (given) => ((known = given), adapter),
    setUIConfig: (given) => ((config = given), adapter),
    setApiRoutes(routes) {
      for (const { method, route, handler } of routes)
        for (const each of [method].flat())
          for (const pattern of [route].flat())
            if (offered.has(`${each} ${pattern}`)) orders.push({ method: each, parts: pattern.split('/'), handler });
      return adapter;
    },
    setViewsPath: () => adapter,
    setStaticPath: () => adapter,
    setEntryRoute: () => adapter,
    setErrorHandler: () => adapter,
  };
  const uiBasePath = path.dirname(createRequire(import.meta.url).resolve('@bull-board/ui/package.json'));
  createBullBoard({
    queues: queues.map(({ name }) => new QueueAdapter(name, jobs)),
    serverAdapter: adapter,
    options: { uiBasePath, uiConfig },
  });

  return {
    page: readPage(uiBasePath, `${base}/`, config),
    assets: readAssets(uiBasePath),
    async order(method, asked, query) {
      for (const { method: wanted, parts, handler } of orders) {
        const params = wanted === method ? matched(parts, asked.split('/')) : undefined;
        if (params === undefined) continue;
        const { status = 200, body } = await handler({
          ...{ queues: known, uiConfig: config, query: { ...query }, params, body: {}, headers: {} },
        });
        return { status, body };
      }
      return undefined;
    },
  };
}

/** @returns the values of the `:names`, or undefined when the path is another one */
function matched(pattern: readonly string[], asked: readonly string[]): Record<string, string> | undefined {
  if (pattern.length !== asked.length) return undefined;
  const params: Record<string, string> = {};
  for (const [at, part] of pattern.entries()) {
    const value = asked[at] ?? '';
    if (part.startsWith(':')) params[part.slice(1)] = decodeURIComponent(value);
    else if (part !== value) return undefined;
  }
  return params;
}
