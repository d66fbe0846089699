// The pages people are sent to: somebody answers there.
import type { Finding } from '../findings/finding.js';
import { ok, warning, wrong } from '../findings/finding.js';
import type { Checkup } from './checkup.js';
import { sentence } from './checkup.js';

export async function lookAtApps({ config }: Checkup): Promise<Finding[]> {
  const pages = Object.entries({
    login: config.urls.login,
    consent: config.urls.consent,
    logout: config.urls.logout,
    error: config.urls.error,
  });
  const found = await Promise.all(
    pages.map(([name, url]) => (url === undefined ? Promise.resolve([]) : lookAt(name, url))),
  );
  return found.flat();
}

async function lookAt(name: string, url: string): Promise<Finding[]> {
  const about = `urls.${name}`;
  const fix = `start the app, or correct ${about}: its port and path`;
  try {
    // Without a challenge: of one that nobody knows, a page may rightly say that it is not found.
    const { status } = await fetch(url, { redirect: 'manual', signal: AbortSignal.timeout(5_000) });
    if (status === 404) return [warning(about, `${url} answers 404: is something else at that port?`, { fix })];
    return [ok(about, `${url} answers ${String(status)}`)];
  } catch (error) {
    return [
      wrong(about, `nobody answers at ${url}: ${sentence(error)}`, { why: 'people who log in are sent there', fix }),
    ];
  }
}
