// A library of Debian's own in the place of one that Kubernetes brings: reflect2 walks through Go's maps by their layout in memory, and the
// one of 1.20 knows no layout newer than Go 1.17's. Built with the Go of Debian 12, the API server would end at the first custom resource.
import { cpSync, existsSync, rmSync } from 'node:fs';
import path from 'node:path';
import { debianTool } from './debian-packages.js';
import type { Progress } from './progress.js';

const library = 'github.com/modern-go/reflect2';

/** @param tree the unpacked source of Kubernetes; done twice is as done once */
export async function renewLibrary(tree: string, cache: string, progress: Progress): Promise<void> {
  const sourceIn = (root: string): string => path.join(root, 'usr/share/gocode/src', library);
  const { root } = await debianTool({
    name: 'a library of Kubernetes that knows the Go of today',
    packages: ['golang-github-modern-go-reflect2-dev'],
    cache,
    progress,
    // The first release that knows Go 1.18 has this file.
    works: async (unpacked) => existsSync(path.join(sourceIn(unpacked.root), 'go_above_118.go')),
    otherwise: 'run this where apt has golang-github-modern-go-reflect2-dev 1.0.2 or newer, as on Debian 12',
  });
  const place = path.join(tree, 'vendor', library);
  rmSync(place, { recursive: true, force: true });
  cpSync(sourceIn(root), place, { recursive: true });
}
