// How long a command to the cache may take: after that Redis is as good as away. A process that stood still for a moment (a collection
// of garbage, a busy machine) finds answers in its connection then, and reads them before anything counts as late: each false alarm
// while tokens end would make all caches forget everything, and everybody wait a second (cache/epoch.ts).
import type { Redis } from 'ioredis';

/** A deletion that fails costs a second and all entries; it is worth waiting for. Readers have PostgreSQL. */
const deletionMillis = 400;

/** From now on. What takes longer than `millis` fails; deletions have longer. */
export function limitCommands(client: Redis, millis: number): void {
  const send = client.sendCommand.bind(client);
  const limited: Redis['sendCommand'] = (command, stream) => {
    const late = (): void => {
      if (!command.isResolved) command.reject(new Error('Command timed out'));
    };
    // Timers come before what has arrived, immediates after it.
    const most = command.name === 'del' ? Math.max(millis, deletionMillis) : millis;
    const timer = setTimeout(() => setImmediate(late), most);
    const over = (): void => clearTimeout(timer);
    command.promise.then(over, over);
    return send(command, stream);
  };
  client.sendCommand = limited;
}
