// `cardea apply -f DIR`: makes clients and trusted issuers as files say, and says first what that changes.
import type { Command } from 'commander';
import type { Api, Json } from '../api/client.js';
import { segment } from '../api/segment.js';
import type { Session } from '../api-command.js';
import { apiCommand, repeatable } from '../api-command.js';
import { clientPath } from '../commands/clients.js';
import { issuersPath } from '../commands/trusted-issuers.js';
import { exitCodes, Failure } from '../failure.js';
import type { Surroundings } from '../main.js';
import { everyItem } from '../output/page.js';
import { readDesired } from './files.js';
import { refuseUnknownMembers } from './known-members.js';
import type { Plan, Step } from './plan.js';
import { keptOtherwise, planOf } from './plan.js';
import { showPlan } from './show-plan.js';

interface ApplyOptions {
  readonly file: readonly string[];
  readonly set: string;
  readonly prune?: true;
  readonly secrets?: true;
  readonly check?: true;
  readonly dryRun?: true;
  readonly yes?: true;
}

export function addApplyCommand(program: Command, surroundings: Surroundings): void {
  apiCommand<ApplyOptions>(
    program,
    surroundings,
    {
      usage: 'apply',
      description:
        'Make clients and trusted issuers as files say. What a file does not say of a client is set back; running it again changes nothing.',
      examples: ['cardea apply -f clients/', 'cardea apply -f clients/ --prune', 'cardea apply -f clients/ --check'],
    },
    apply,
  )
    .requiredOption(
      '-f, --file <path>',
      'file or directory of YAML or JSON, or `-`; may be given several times',
      repeatable,
    )
    .option('--check', 'change nothing; exit code 2 when something would have to change')
    .option('--dry-run', 'change nothing, only show the plan')
    .option(
      '--prune',
      'delete clients that earlier runs made and no file has any more, and where a file has `trusted_issuers:`, every other one; asks first',
    )
    .option('-y, --yes', 'delete without asking')
    .option('--secrets', 'send the secrets of the files to clients that exist, too')
    .option('--set <name>', 'name of this set of files; pruning of clients stays within it', 'default')
    .addHelpText(
      'after',
      `
A file:
  clients:
    - client_id: shop
      client_secret: { env: SHOP_SECRET }
      redirect_uris: [https://shop.example/callback]
      scope: openid offline
  trusted_issuers:
    - issuer: https://idp.example
      subject: alice
      scope: [photos.read]
      expires_at: 2030-01-31T00:00:00Z
      jwk: { kty: OKP, crv: Ed25519, kid: one, x: … }`,
    );
}

async function apply({ api, show, surroundings }: Session, options: ApplyOptions): Promise<void> {
  const { file, set } = options;
  const [prune, secrets] = [options.prune === true, options.secrets === true];
  const desired = await readDesired(file, surroundings);
  await refuseUnknownMembers(desired, api);
  const [clients, issuers] = await Promise.all([everyItem(api, '/admin/clients'), everyItem(api, issuersPath)]);
  const plan = planOf({ desired, clients, issuers, set, prune, secrets });
  show(showPlan(plan));
  if (options.check === true && plan.steps.length > 0) {
    throw new Failure(
      'the server is not as the files say: `cardea apply` without --check makes it so',
      exitCodes.drift,
    );
  }
  if (options.check === true || options.dryRun === true) return;
  await confirmDeletions(plan, options, surroundings);
  let done = 0;
  for (const step of plan.steps) {
    try {
      await carryOut(api, step, surroundings);
    } catch (cause) {
      if (!(cause instanceof Failure)) throw cause;
      const sofar = `${String(done)} of ${String(plan.steps.length)} steps are done; run it again when that is mended`;
      throw new Failure(`${step.kind} ${step.name}: ${cause.message} (${sofar})`, cause.exitCode, { cause });
    }
    done++;
  }
}

async function confirmDeletions(plan: Plan, { yes }: ApplyOptions, { confirm }: Surroundings): Promise<void> {
  const count = plan.steps.filter(({ action }) => action === 'delete').length;
  if (count === 0 || yes === true) return;
  if (confirm === undefined)
    throw new Failure('nobody is here to confirm the deletions: give --yes, or leave --prune out');
  if (!(await confirm(`Delete ${String(count)}?`)))
    throw new Failure('nothing was changed: the deletions were not confirmed');
}

async function carryOut(api: Api, step: Step, { err }: Surroundings): Promise<void> {
  const { action, kind, name, id, body } = step;
  if (kind === 'client') {
    if (action === 'delete') await api.call('DELETE', clientPath(id));
    else {
      const [method, path] = action === 'change' ? ['PUT', clientPath(id)] : ['POST', '/admin/clients'];
      const made = (await api.call(method, path, { json: body })) as Json;
      if (action === 'create') remember(made, body, err);
      for (const { member, now } of keptOtherwise(made, body ?? {})) {
        err(`cardea: the server keeps ${member} of ${name} as ${JSON.stringify(now)}: write it so in the file\n`);
      }
    }
  } else {
    // An entry cannot be changed: the new one takes the place of the old one.
    if (action !== 'create') await api.call('DELETE', `${issuersPath}/${segment(id)}`);
    if (action !== 'delete') await api.call('POST', issuersPath, { json: body });
  }
  err(`${{ create: 'created', change: 'changed', delete: 'deleted' }[action]} ${kind} ${name}\n`);
}

/** A secret that the server made is said once, beside the plan, for it is never seen again. */
function remember(made: Json, sent: Json | undefined, err: Surroundings['err']): void {
  const { client_secret: secret, client_id: id, token_endpoint_auth_method: method } = made;
  if (typeof secret === 'string' && sent?.['client_secret'] === undefined && method !== 'none') {
    err(`the secret of ${String(id)}, shown only now: ${secret}\n`);
  }
}
