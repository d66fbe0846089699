// Faults of what the system gives a process: no file descriptor is left for it. It goes on with the connections it has, turns away new
// ones, and takes them again when it may (security F30).
import { execFile } from 'node:child_process';
import { get } from 'node:http';
import { promisify } from 'node:util';
import type { During, Fault } from './fault.js';
import { losses } from './fault.js';
import type { Member } from './member.js';

/** Fewer than any process has open already: what is open stays open, and nothing more is given. */
const none = 8;
const patienceMillis = 10_000;

/** One of each kind; the other of each kind goes on. */
const victims = ['keys-1', 'token-1', 'gateway-1'] as const;

async function limit(member: Member, soft: number | 'hard'): Promise<void> {
  const pid = String(member.pid());
  const { stdout } = await promisify(execFile)('prlimit', [
    ...['--pid', pid, '--nofile', '--output', 'HARD', '--noheadings', '--raw'],
  ]);
  const hard = stdout.trim();
  await promisify(execFile)('prlimit', ['--pid', pid, `--nofile=${soft === 'hard' ? hard : String(soft)}:${hard}`]);
}

/** Whether somebody new is answered. */
const answers = (port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const request = get({ host: '127.0.0.1', port, path: '/health/alive', agent: false, timeout: patienceMillis });
    request.once('response', (response) => {
      response.resume();
      resolve(response.statusCode === 200);
    });
    request.once('timeout', () => request.destroy()).once('error', () => resolve(false));
  });

async function until(wanted: boolean, member: Member, during: During): Promise<void> {
  for (const end = Date.now() + patienceMillis; (await answers(member.managementPort)) !== wanted;) {
    if (Date.now() > end) throw new Error(`${member.name} ${wanted ? 'takes no' : 'still takes'} connections`);
    await during.pause(50);
  }
}

export const descriptorFault: Fault = {
  id: 'F30',
  how: 'a keys, a token service and a gateway in turn have no file descriptor left',
  may: losses,
  async inflict(house, during) {
    for (const name of victims) {
      const member = house.members[name];
      await limit(member, none);
      try {
        await until(false, member, during);
        await during.pause(during.millis / victims.length);
      } finally {
        await limit(member, 'hard');
      }
      await until(true, member, during);
    }
  },
};
