// The provider as the outside sees it: reached at its issuer, over good TLS, itself and nothing else behind that name.
import type { Finding } from '../findings/finding.js';
import { ok, warning, wrong } from '../findings/finding.js';
import type { Checkup } from './checkup.js';
import { sentence, skewMillis } from './checkup.js';

const patience = () => ({ signal: AbortSignal.timeout(5_000), redirect: 'manual' as const });

export async function lookAtPublicFace({ config, now }: Checkup): Promise<Finding[]> {
  const { issuer } = config.urls.self;
  if (issuer === undefined) return [];
  const base = issuer.replace(/\/$/, '');
  const address = `${base}/.well-known/openid-configuration`;
  let answer: Response;
  const begun = now();
  try {
    answer = await fetch(address, patience());
  } catch (error) {
    return [
      wrong('issuer', `${address} is not reached: ${sentence(error)}`, {
        why: 'relying parties begin there',
        decides: 'urls.self.issuer, serve.public.*, the proxy in front',
        fix: 'start the gateway (cardea serve gateway), and see that name, port and certificate lead to it',
      }),
    ];
  }
  const found: Finding[] = [...skew(answer, (begun + now()) / 2)];
  const document = (await answer.json().catch(() => undefined)) as { issuer?: unknown } | undefined;
  if (answer.status !== 200 || document === undefined) {
    return [
      ...found,
      wrong('issuer', `${address} answers ${String(answer.status)}`, {
        why: 'something else stands there, or the proxy takes the path away',
        fix: 'lead all paths below the issuer to the gateway',
      }),
    ];
  }
  found.push(
    document.issuer === issuer
      ? ok('issuer', `${issuer} says so itself`)
      : wrong('issuer', `there it calls itself ${String(document.issuer)}`, {
          why: 'relying parties compare it byte by byte, a slash at the end too',
          decides: 'urls.self.issuer of the gateway that runs',
          fix: 'give all services the same configuration',
        }),
  );
  return [...found, ...(await adminThere(base))];
}

/** The admin API has no business at the issuer's address. */
async function adminThere(base: string): Promise<Finding[]> {
  const answer = await fetch(`${base}/admin/clients?page_size=1`, patience()).catch(() => undefined);
  if (answer === undefined || answer.status === 404 || answer.status >= 500) return [];
  const body = await answer.text();
  if (answer.status === 200 && body.startsWith('[')) {
    return [
      wrong('admin', `anybody can read ${base}/admin/clients`, {
        why: 'the proxy leads /admin to the admin API, which asks nobody who they are',
        fix: 'take that path out of the proxy at once, then rotate client secrets',
      }),
    ];
  }
  return [
    warning('admin', `${base}/admin/clients answers ${String(answer.status)}, not 404`, {
      why: 'the admin API is not meant to be reached from where relying parties are',
      fix: "lead only the gateway's paths to the outside",
    }),
  ];
}

function skew(answer: Response, here: number): Finding[] {
  const there = Date.parse(answer.headers.get('date') ?? '');
  // The header knows whole seconds only.
  const millis = there - here;
  if (Number.isNaN(there) || Math.abs(millis) <= skewMillis + 1_000) return [];
  return [
    wrong(
      'clock',
      `the issuer's clock is ${String(Math.round(Math.abs(millis) / 1000))} s ${millis > 0 ? 'ahead' : 'behind'}`,
      {
        why: 'verifiers refuse tokens that are issued in the future',
        fix: 'let both machines follow NTP (timedatectl)',
      },
    ),
  ];
}
