// Why a redirect URI is not one of those that are registered, and which one was probably meant (RFC 9700 §4.1.3).
import { redirectUriMatches } from '@cardea/oauth';
import type { Finding } from '../findings/finding.js';
import { ok, wrong } from '../findings/finding.js';

export function explainRedirectUri(registered: readonly string[], asked: string | undefined, client: string): Finding {
  const about = 'redirect_uri';
  const decides = 'redirect_uris of the client, compared byte by byte';
  if (registered.length === 0) {
    return wrong(about, 'the client has none registered', {
      decides,
      fix: `cardea update client ${client} --redirect-uri ${asked ?? 'https://…/callback'}`,
    });
  }
  if (asked === undefined) {
    return registered.length === 1
      ? ok(
          about,
          `none is sent, and ${String(registered[0])} is the only one registered (with scope openid it has to be sent)`,
        )
      : wrong(about, 'none is sent, and several are registered', { decides, fix: 'send the one that is meant' });
  }
  if (redirectUriMatches(registered, asked)) return ok(about, `${asked} is registered`);
  const [nearest, difference] = nearestOf(registered, asked);
  return wrong(about, `${asked} is not registered; nearest is ${nearest}: ${difference}`, {
    decides,
    fix: `send ${nearest}, or register this one too: cardea update client ${client} ${[...registered, asked].map((uri) => `--redirect-uri ${uri}`).join(' ')}`,
  });
}

function nearestOf(registered: readonly string[], asked: string): [string, string] {
  const measured = registered.map((uri) => [uri, ...differenceOf(uri, asked)] as const).sort(([, a], [, b]) => a - b);
  const [uri = '', , says = ''] = measured[0] ?? [];
  return [uri, says];
}

const loopbackNames = ['localhost', '127.0.0.1', '[::1]'];

/** How far apart, and in what: the first difference that explains most of such failures. */
function differenceOf(registered: string, asked: string): [number, string] {
  if (!URL.canParse(registered) || !URL.canParse(asked)) return [9, 'they are different'];
  const [known, sent] = [new URL(registered), new URL(asked)];
  const differences: string[] = [];
  if (known.protocol !== sent.protocol)
    differences.push(`${known.protocol} is registered and ${sent.protocol} was sent`);
  if (known.hostname !== sent.hostname) {
    const both = loopbackNames.includes(known.hostname) && loopbackNames.includes(sent.hostname);
    differences.push(
      both
        ? `${known.hostname} and ${sent.hostname} are the same machine but not the same name`
        : `the host is ${known.hostname}, not ${sent.hostname}`,
    );
  }
  if (known.port !== sent.port)
    differences.push(
      `the port is ${known.port === '' ? 'the usual' : known.port}, not ${sent.port === '' ? 'the usual' : sent.port}`,
    );
  if (known.pathname !== sent.pathname) {
    const slash = known.pathname.replace(/\/$/, '') === sent.pathname.replace(/\/$/, '');
    differences.push(
      slash ? 'there is a slash at the end of one of them' : `the path is ${known.pathname}, not ${sent.pathname}`,
    );
  }
  if (known.search !== sent.search) differences.push('their queries are different');
  if (sent.hash !== '') differences.push('a fragment may never be sent');
  return [differences.length, differences.length === 0 ? 'they are spelt differently' : differences.join('; ')];
}
