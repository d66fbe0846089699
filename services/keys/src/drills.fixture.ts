// What the drills of docs/keys.md need around them: a database, a token, a supervised keys service, and a shell in which its
// commands are run as they stand there.
import { spawn } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { once } from 'node:events';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../../../', import.meta.url));

/** A command as the page has it, and what it says. */
export interface Step {
  readonly command: string;
  readonly output: string;
}

/** The commands of a page's console blocks and the output it shows for each. */
export function stepsOf(page: string): Step[] {
  const blocks = [...page.matchAll(/^```console\n([\s\S]*?)^```$/gm)].map(([, text = '']) => text);
  return blocks.flatMap((text) =>
    text
      .split(/^\$ /m)
      .slice(1)
      .map((part) => {
        const end = part.indexOf('\n');
        return { command: part.slice(0, end), output: part.slice(end + 1).trimEnd() };
      }),
  );
}

/** What differs from run to run, by what it is; what a busy machine has the tools warn of; and an empty token, which is soon none. */
export const normal = (output: string): string =>
  output
    .replace(/^\{"level":"warn".*\}\n?/gm, '')
    .replace(/the token shows no private key at all|there is no token \\"cardea\\"/g, 'NO TOKEN')
    .replace(/\b[0-9a-f]{32}\b/g, 'KID')
    .replace(/\d{4}-\d{2}-\d{2}T[\d:.]+Z/g, 'INSTANT')
    .replace(/published \d+ s ago/g, 'published N s ago')
    .replace(/in the slot \d+|to slot \d+/g, 'to slot N');

export interface DrillGround {
  /** Runs commands one after the other in one shell, and answers what each said. */
  run(commands: readonly string[]): Promise<string[]>;
  remove(): Promise<void>;
}

/**
 * @param options.dsn of a database with the schema in it
 * @param options.library SoftHSM's module
 * @param options.utility SoftHSM's command
 */
export async function createDrillGround(options: {
  dsn: string;
  library: string;
  utility: string;
}): Promise<DrillGround> {
  const { dsn, library, utility } = options;
  const directory = mkdtempSync(path.join(os.tmpdir(), 'cardea-drills-'));
  const at = (...names: string[]) => path.join(directory, ...names);
  mkdirSync(at('tokens'), { mode: 0o700 });
  mkdirSync(at('bin'));
  const management = await freePort();
  writeFileSync(
    at('softhsm2.conf'),
    `directories.tokendir = ${at('tokens')}\nobjectstore.backend = file\nlog.level = ERROR\n`,
  );
  writeFileSync(
    at('keys.yaml'),
    `dsn: ${JSON.stringify(dsn)}
urls: { self: { issuer: https://id.example/ } }
serve:
  keys: { address: ${JSON.stringify(`unix:${at('keys.sock')}`)} }
  management: { keys: ${String(management)} }
keys:
  kek: ["${Buffer.alloc(32, 'drill').toString('base64')}"]
`,
  );
  writeFileSync(
    at('hsm.yaml'),
    `hsm: { enabled: true, library: ${JSON.stringify(library)}, token_label: cardea, pin_file: ${JSON.stringify(at('pin'))} }\n`,
  );
  writeFileSync(at('pin'), '1234');
  const cardea = `${JSON.stringify(process.execPath)} ${JSON.stringify(path.join(root, 'cli/bin/cardea.js'))}`;
  const tool = (name: string, text: string) => {
    writeFileSync(at('bin', name), `#!/bin/sh\n${text}\n`);
    chmodSync(at('bin', name), 0o755);
  };
  tool('cardea', `exec ${cardea} "$@"`);
  tool('softhsm2-util', `exec ${JSON.stringify(utility)} --module ${JSON.stringify(library)} "$@"`);
  // Stand-ins for what a machine of tests need not have. Each does the real thing to the real service or token.
  const script = (name: string, text: string) => {
    writeFileSync(at('bin', `${name}.cjs`), text);
    tool(name, `exec ${JSON.stringify(process.execPath)} ${JSON.stringify(at('bin', `${name}.cjs`))} "$@"`);
  };
  script('curl', healthScript(management));
  script('pkcs11-tool', pinScript(library));
  tool(
    'systemctl',
    `[ -f keys.pid ] && { kill "$(cat keys.pid)"; while kill -0 "$(cat keys.pid)" 2>/dev/null; do sleep 0.1; done; }
: >keys.log
${cardea} serve keys --config keys.yaml >keys.log 2>&1 </dev/null &
echo $! >keys.pid
until grep -q 'serving gRPC' keys.log; do kill -0 $! || exit 1; sleep 0.1; done`,
  );
  const environment = {
    ...process.env,
    NODE_OPTIONS: '',
    NODE_PATH: path.join(root, 'node_modules'),
    PATH: `${at('bin')}:${process.env['PATH'] ?? ''}`,
    SOFTHSM2_CONF: at('softhsm2.conf'),
  };
  const shell = async (script: string): Promise<string> => {
    // One pipe for both, or a line of one command is read behind the next one's.
    const child = spawn('bash', ['-c', `exec 2>&1\n${script}`], {
      cwd: directory,
      env: environment,
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    let output = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => (output += text));
    await once(child, 'close');
    return output;
  };
  return {
    async run(commands) {
      const mark = '@@ next command';
      const output = await shell(commands.map((command) => `${command}\necho '${mark}'`).join('\n'));
      return output.split(`${mark}\n`).map((text) => text.trimEnd());
    },
    async remove() {
      await shell(
        '[ -f keys.pid ] && kill "$(cat keys.pid)" && while kill -0 "$(cat keys.pid)" 2>/dev/null; do sleep 0.1; done',
      );
      rmSync(directory, { recursive: true, force: true });
    },
  };
}

/** `curl` as far as the page goes, for our service's own port. */
const healthScript = (port: number) => `
const fails = process.argv.some((word) => /^-[a-z]*f/.test(word));
fetch('http://127.0.0.1:${String(port)}/health/ready').then(async (response) => {
  if (response.ok || !fails) process.stdout.write(await response.text());
  process.exitCode = response.ok || !fails ? 0 : 22;
}, () => { process.exitCode = 7; });
`;

/** `pkcs11-tool --change-pin`: C_SetPIN of PKCS#11 §5.5, which SoftHSM's own command does not offer. */
const pinScript = (library: string) => `
const p = require('pkcs11js');
const value = (name) => process.argv[process.argv.indexOf(name) + 1];
const m = new p.PKCS11();
m.load(${JSON.stringify(library)});
m.C_Initialize();
const slot = m.C_GetSlotList(true).find((one) => m.C_GetTokenInfo(one).label.trim() === value('--token-label'));
const session = m.C_OpenSession(slot, p.CKF_RW_SESSION | p.CKF_SERIAL_SESSION);
m.C_Login(session, p.CKU_USER, value('--pin'));
m.C_SetPIN(session, value('--pin'), value('--new-pin'));
m.C_Finalize();
console.log('PIN successfully changed');
`;

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  return port;
}
