// Services are given the same memory here and in their images.
import { expect, test } from '@jest/globals';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { memoryOf } from './memory.js';

const dockerfile = readFileSync(fileURLToPath(new URL('../../../../deploy/Dockerfile', import.meta.url)), 'utf8');

/** The variables of an image, with those of the one it stands on. */
function variablesOf(image: string): Record<string, string> {
  const stage = new RegExp(`^FROM (\\S+) AS ${image}\\n(?:(?!FROM ).*\\n)*`, 'm').exec(dockerfile);
  const [text = '', from = ''] = stage ?? [];
  const own = [...text.matchAll(/^ENV (.*)$/gm)].flatMap(([, pairs = '']) => pairs.split(' '));
  return {
    ...(from === 'scratch' ? {} : variablesOf(from)),
    ...Object.fromEntries(
      own.map((pair): [string, string] => [pair.split('=', 1)[0] ?? '', pair.replace(/^.*?=/, '')]),
    ),
  };
}

test.each(['gateway', 'admin', 'token', 'worker', 'keys', 'controller'])(
  'the image %s sets what the demo sets',
  (image) => {
    expect(variablesOf(image)).toEqual({ NODE_ENV: 'production', ...memoryOf(image) });
  },
);
