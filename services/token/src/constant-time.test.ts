// Nobody foretells a secret, and nobody finds it out by how long a comparison takes (security catalogue I15, I16): secrets are
// compared in constant time, and what is looked up is looked up by a keyed hash.
import { expect, test } from '@jest/globals';
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const here = fileURLToPath(new URL('.', import.meta.url));
const sources = readdirSync(here, { recursive: true, encoding: 'utf8' })
  .filter((file) => file.endsWith('.ts') && !/\.(?:test|fixture)\.ts$/.test(file))
  .map((file) => [file, readFileSync(here + file, 'utf8')] as const);

test('I15: dice that can be foretold only spread when things are looked at again, and make no value', () => {
  const found = sources.flatMap(([file, text]) =>
    text
      .split('\n')
      .filter((line) => line.includes('Math.random'))
      .map((line) => `${file}: ${line.trim()}`),
  );
  expect(found).toEqual([expect.stringMatching(/^client-resolver\.ts: const trust = /)]);
});

test('I16: bytes are compared by timingSafeEqual, or by bcrypt itself', () => {
  const found = sources.flatMap(([file, text]) =>
    text
      .split('\n')
      .filter((line) => /\.equals\(|\.compare\(|\.toString\('(?:hex|base64url|base64)'\) [!=]==/.test(line))
      .map((line) => `${file}: ${line.trim()}`),
  );
  // Three ask whether a text is in its one spelling: what came is compared with itself, and no secret is in that. Two ask whether the
  // stores still answer with the bytes they answered with before: nobody outside chooses either of them. One sorts keyed hashes of ours.
  expect(found.sort()).toEqual([
    "access-token-keys.ts: if (bytes.toString('base64url') !== signature) return [];",
    "authorize/challenge.ts: const plain = sealed.toString('base64url') === challenge ? seal.open('', sealed) : undefined;",
    'authorize/flow-bodies.ts: if (known?.sealed.equals(sealed) === true) return known.body;',
    'cache/content-memory.ts: if (known?.body.equals(body) === true) return known.content;',
    "page-tokens.ts: const plain = sealed.toString('base64url') === token ? seal.open(list, sealed) : undefined;",
    'secret-hashes.ts: if (bcryptShape.test(hash)) return (await loadBcrypt()).compare(secret, hash);',
    'storage/families.ts: const refs = [...items].sort((a, b) => a.key.compare(b.key));',
  ]);
});

test('I16: no value that is named a secret is compared with === to anything but an absence', () => {
  const named = /\b(?:\w*[sS]ecret|mac|digest|signature|proof|presented|userCode|registrationAccessToken|verifier)\b/;
  const comparison = new RegExp(`(${named.source}) [!=]== (\\S+)|(\\S+) [!=]== (${named.source})`);
  const found = sources.flatMap(([file, text]) =>
    text
      .split('\n')
      .filter((line) => !/^\s*(?:\/\/|\*)/.test(line))
      .flatMap((line) => {
        const match = comparison.exec(line);
        if (match === null) return [];
        const other = match[2] ?? match[3] ?? '';
        const harmless = /^\(*(?:undefined|null|''|"")|\.length$/.test(other) || line.includes('bytes.toString(');
        return harmless ? [] : [`${file}: ${line.trim()}`];
      }),
  );
  expect(found).toEqual([]);
});
