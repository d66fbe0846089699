// Services are given the same memory here and in their images.
import { expect, test } from '@jest/globals';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { memorySettings } from './memory.js';

test('images set what the demo sets', () => {
  const dockerfile = readFileSync(fileURLToPath(new URL('../../../../deploy/Dockerfile', import.meta.url)), 'utf8');
  const [, variables = ''] = /^ENV NODE_ENV=production (.*)$/m.exec(dockerfile) ?? [];
  expect(variables).toBe(
    Object.entries(memorySettings)
      .map(([name, value]) => `${name}=${value}`)
      .join(' '),
  );
});
