// Secrets of clients: Hydra's hashes verify, ours are fast, guesses are bounded.
import { describe, expect, test } from '@jest/globals';
import { createHook } from 'node:async_hooks';
import { pbkdf2Sync, randomBytes } from 'node:crypto';
import { createClientSecrets } from './client-secrets.js';
import { createSeal } from './seal.js';
import type { HasherSettings } from './secret-hashes.js';

const systemSecrets = ['a-secret-of-at-least-32-characters-for-tests'];
const seal = createSeal(systemSecrets, 'client_secret', randomBytes);
const given = { seal, secrets: systemSecrets, random: randomBytes };
const hashers: HasherSettings = { algorithm: 'pbkdf2', bcryptCost: 4, pbkdf2Iterations: 25_000 };
const make = (clock = { millis: 0 }, algorithm: HasherSettings['algorithm'] = 'pbkdf2') =>
  createClientSecrets({ ...given, hashers: { ...hashers, algorithm }, now: () => clock.millis });
const raw = (bytes: Buffer) => bytes.toString('base64').replace(/=+$/, '');
/** As Hydra writes it. */
const hydra = (secret: string) => {
  const salt = randomBytes(16);
  return `$pbkdf2-sha256$i=25000,l=32$${raw(salt)}$${raw(pbkdf2Sync(secret, salt, 25_000, 32, 'sha256'))}`;
};

describe('imported hashes', () => {
  const known = '$2a$10$YqW9STqeMZgoS6mmmrkPZO/HCJZ8Ia5WCGdmzaQm87TA6VkZvheKC';
  test('bcrypt verifies whatever new hashes are made by, PBKDF2 with every digest too', async () => {
    const made = await make({ millis: 0 }, 'bcrypt').hash('chosen one', { generated: false, recoverable: false });
    expect(made).toMatch(/^\$2b\$04\$[./A-Za-z0-9]{53}$/);
    const salt = randomBytes(16);
    const sha512 = `$pbkdf2-sha512$i=1000,l=32$${raw(salt)}$${raw(pbkdf2Sync('other', salt, 1_000, 32, 'sha512'))}`;
    for (const secrets of [make(), make({ millis: 0 }, 'bcrypt')]) {
      expect(await secrets.verify('app', 'chosen one', [known, made])).toBe(true);
      expect(await secrets.verify('app', 'chosen on', [known, made])).toBe(false);
      expect(await secrets.verify('app', 'known secret', [known])).toBe(true);
      expect(await secrets.verify('app', 'other', [made, sha512])).toBe(true);
    }
  });
  test.each([
    // As the reference implementation prints them.
    '$argon2id$v=19$m=65536,t=2,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc',
    '$argon2i$v=19$m=65536,t=2,p=4$c29tZXNhbHQ$RdescudvJCsgt3ub+b+dWRWJTmaaJObG',
  ])('%s verifies', async (hash) => {
    const secrets = make();
    expect(await secrets.verify('app', 'password', [hash])).toBe(true);
    expect(await secrets.verify('app', 'passwore', [hash])).toBe(false);
    expect(await secrets.verify('app', 'password', [hash.replace('m=65536', 'm=65535')])).toBe(false);
  });
  test.each(['m=1048576,t=2,p=1', 'm=65536,t=999,p=1', 'm=0,t=0,p=0', 'm=65536,t=2'])(
    'an argon2 hash of %s, which is too much or nothing, matches nothing',
    async (parameters) => {
      const hash = `$argon2id$v=19$${parameters}$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc`;
      expect(await make().verify('app', 'password', [hash])).toBe(false);
    },
  );
  test('a secret that bcrypt would cut off is refused, the longest it reads is not', async () => {
    const secrets = make({ millis: 0 }, 'bcrypt');
    const chosen = { generated: false, recoverable: false };
    await expect(secrets.hash('x'.repeat(73), chosen)).rejects.toMatchObject({ code: 'invalid_client_metadata' });
    const hash = await secrets.hash('x'.repeat(72), chosen);
    expect(await secrets.verify('app', 'x'.repeat(72), [hash])).toBe(true);
  });
  test('parameters are those of the operator', async () => {
    const few = { ...hashers, pbkdf2Iterations: 1_000 };
    const secrets = createClientSecrets({ ...given, hashers: few, now: () => 0 });
    expect(await secrets.hash('chosen', { generated: false, recoverable: false })).toContain('$i=1000,l=32$');
  });
});

describe('verify', () => {
  test('takes what it hashed, what Hydra hashed, and any of several', async () => {
    const secrets = make();
    const chosen = await secrets.hash('chosen', { generated: false, recoverable: false });
    const made = await secrets.hash('made', { generated: true, recoverable: false });
    const hashes = [chosen, made, hydra('imported')];
    const asked = ['chosen', 'made', 'imported', 'wrong', '', 'chosen '];
    const verdicts = await Promise.all(asked.map((secret) => secrets.verify('app', secret, hashes)));
    expect(verdicts).toEqual([true, true, true, false, false, false]);
    expect(await secrets.verify('app', 'chosen', [])).toBe(false);
  });
  test('a generated secret needs no key of ours, and two hashes of it differ', async () => {
    const [one, two] = [
      await make().hash('made', { generated: true, recoverable: false }),
      await make().hash('made', { generated: true, recoverable: false }),
    ];
    expect(one).not.toBe(two);
    expect(await make().verify('app', 'made', [one])).toBe(true);
    expect(await make().verify('app', 'made ', [one])).toBe(false);
  });
  test.each([
    '',
    'plain',
    '$2a$10$abc',
    '$pbkdf2-sha256$i=0,l=32$YQ$YQ',
    '$pbkdf2-sha256$i=25000,l=0$YQ$',
    '$hmac-sha256$',
    '$hmac-sha256$YQ$',
    '$hmac-sha256$$',
  ])('a hash it cannot read matches nothing: %j', async (hash) => {
    expect(await make().verify('app', 'plain', [hash])).toBe(false);
  });
  test('C05: computes nothing from a secret above 1 KiB', async () => {
    const long = 'x'.repeat(1025);
    expect(await make().verify('app', long, [hydra(long)])).toBe(false);
  });
  test('remembers a right secret for its client and hash only, and not for long', async () => {
    const clock = { millis: 1_000 };
    const secrets = make(clock);
    const hash = `$pbkdf2-sha256$i=400000,l=32$${raw(Buffer.alloc(16))}$${raw(pbkdf2Sync('slow', Buffer.alloc(16), 400_000, 32, 'sha256'))}`;
    const took = async (clientId: string, secret: string) => {
      const from = performance.now();
      await secrets.verify(clientId, secret, [hash]);
      return performance.now() - from;
    };
    // 400,000 rounds take longer than this on any machine, and a lookup does not.
    const computing = 20;
    expect(await took('app', 'slow')).toBeGreaterThan(computing);
    expect(await took('app', 'slow')).toBeLessThan(computing);
    expect(await took('app', 'wrong')).toBeGreaterThan(computing);
    expect(await took('other', 'slow')).toBeGreaterThan(computing);
    clock.millis += 61_000;
    expect(await took('app', 'slow')).toBeGreaterThan(computing);
  });
  test('turns guesses away before they fill the thread pool', async () => {
    const secrets = make();
    const hash = hydra('right');
    const settled = await Promise.allSettled(
      Array.from({ length: 200 }, (_, index) => secrets.verify('app', `guess ${String(index)}`, [hash])),
    );
    const refused = settled
      .filter((one) => one.status === 'rejected')
      .map((one) => (one.reason as { code: string }).code);
    expect(refused.length).toBeGreaterThan(0);
    expect(new Set(refused)).toEqual(new Set(['temporarily_unavailable']));
    expect(await secrets.verify('app', 'right', [hash])).toBe(true);
  });
  test('a secret that signs can be had back, by us alone', async () => {
    const sealed = await make().hash('a-key-of-a-client', { generated: false, recoverable: true });
    expect(make().recover(['$hmac-sha256$x$y', sealed]).map(String)).toEqual(['a-key-of-a-client']);
    expect(sealed).not.toContain('a-key');
    expect(make().recover([`${sealed.slice(0, -6)}AAAAAA`])).toEqual([]);
    expect(await make().verify('app', 'a-key-of-a-client', [sealed])).toBe(true);
    expect(await make().verify('app', 'a-key-of-a-clienT', [sealed])).toBe(false);
    const other = createSeal(['another-secret-of-at-least-32-characters'], 'client_secret', randomBytes);
    const elsewhere = createClientSecrets({ ...given, seal: other, hashers, now: () => 0 });
    expect(elsewhere.recover([sealed])).toEqual([]);
    expect([make().generate().length, make().generate({ asKey: true }).length]).toEqual([26, 52]);
  });
});

describe('J06: an id that no client has', () => {
  /** How many slow hashes were computed meanwhile. */
  const computing = async (work: () => Promise<unknown>): Promise<number> => {
    let computed = 0;
    const hook = createHook({ init: (_id, type) => void (computed += type === 'PBKDF2REQUEST' ? 1 : 0) }).enable();
    await work();
    hook.disable();
    return computed;
  };
  const ids = Array.from({ length: 40 }, (_, index) => `nobody-${String(index)}`);
  const warmed = async () => {
    const secrets = make();
    // The hash that nothing matches is made once.
    for (const id of ids) await secrets.verify(id, 'x', []);
    return secrets;
  };

  test('costs what a client with a chosen secret costs, or what one with a generated secret costs', async () => {
    const secrets = await warmed();
    const [chosen, made] = [hydra('right'), await secrets.hash('made', { generated: true, recoverable: false })];
    expect(await computing(() => secrets.verify('app', 'wrong', [chosen]))).toBe(1);
    expect(await computing(() => secrets.verify('app', 'wrong', [made]))).toBe(0);
    const costs = [];
    for (const id of ids) costs.push(await computing(() => secrets.verify(id, 'wrong', [])));
    expect(new Set(costs)).toEqual(new Set([0, 1]));
    // The same on another replica, and the second time: what changes gives away that nobody is there.
    const replica = await warmed();
    for (const [index, id] of ids.entries())
      expect(await computing(() => replica.verify(id, 'again', []))).toBe(costs[index]);
  });

  test('costs the same again after the hash that it is compared with could not be made', async () => {
    let failing = true;
    const secrets = createClientSecrets({
      ...given,
      hashers,
      now: () => 0,
      random(bytes) {
        if (failing && bytes === 16) throw new Error('no entropy');
        return randomBytes(bytes);
      },
    });
    const cost = async () => {
      const costs = [];
      for (const id of ids) costs.push(await computing(() => secrets.verify(id, 'wrong', [])));
      return new Set(costs);
    };
    expect(await cost()).toEqual(new Set([0]));
    failing = false;
    await cost();
    expect(await cost()).toEqual(new Set([0, 1]));
  });

  test('however often it is tried keeps no client waiting', async () => {
    const secrets = await warmed();
    const settled = await Promise.allSettled(
      Array.from({ length: 400 }, (_, index) => secrets.verify(`flood-${String(index)}`, 'wrong', [])),
    );
    expect(settled.every((one) => one.status === 'fulfilled' && !one.value)).toBe(true);
  });
});
