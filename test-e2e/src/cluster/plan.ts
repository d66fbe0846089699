// What the part that prepares hands to the part that runs inside the cluster's own namespaces.
import type { Kubernetes, NodePrograms } from '@cardea/all';
import type { FoundChromium } from '../launch-chromium.js';
import type { Archives } from './archives.js';

export interface Plan {
  /** An empty place for everything that the cluster writes, which somebody else removes. */
  readonly directory: string;
  /** The cgroup, in each hierarchy, below which pods are. */
  readonly cgroup: string;
  readonly kubernetes: Kubernetes;
  readonly programs: NodePrograms;
  readonly helm: HelmProgram;
  /** What somebody else still has. */
  readonly otherHelm: HelmProgram;
  readonly chromium: FoundChromium;
  readonly archives: Archives;
}

export interface HelmProgram {
  readonly version: string;
  readonly file: string;
}

/** The node's address, in a network that nobody else has. */
export const nodeAddress = '10.99.0.1';
export const podNetwork = '10.244.0.0/24';
export const serviceNetwork = '10.96.0.0/16';

/** Where the outside reaches services on the node. */
export const nodePorts = { gateway: 30444, admin: 30445, login: 30300 } as const;
export const namespace = 'identity';
export const release = 'cardea';
