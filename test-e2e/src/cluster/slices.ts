// Gives pods a slice of a processor each, as if every one of them were on a machine of its own: on one machine that everybody shares, more
// pods are only more that wait. Written where the node itself writes limits, so that no pod has to be replaced for it (cgroups(7)).
import { existsSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { Plan } from './plan.js';
import type { Pod } from './pods.js';

const periodMicros = 100_000;

/** @param share of one processor; undefined takes the bound away */
export function slice({ cgroup }: Plan, pods: readonly Pod[], share: number | undefined): void {
  for (const { metadata } of pods) {
    const below = path.join(cgroup, 'kubepods/burstable', `pod${metadata.uid ?? ''}`);
    const [old, unified] = [path.join('/sys/fs/cgroup/cpu', below), path.join('/sys/fs/cgroup', below)];
    const micros = share === undefined ? undefined : String(share * periodMicros);
    if (existsSync(path.join(old, 'cpu.cfs_quota_us'))) {
      writeFileSync(path.join(old, 'cpu.cfs_period_us'), String(periodMicros));
      writeFileSync(path.join(old, 'cpu.cfs_quota_us'), micros ?? '-1');
    } else writeFileSync(path.join(unified, 'cpu.max'), `${micros ?? 'max'} ${String(periodMicros)}`);
  }
}
