// What faults need standing is put up once for those that follow each other, and taken down before others.
import { expect, test } from '@jest/globals';
import type { House } from './house.js';
import type { Setting } from './setting.js';
import { createSettings } from './setting.js';

const house = { issuer: 'bare' } as House;

function told() {
  const events: string[] = [];
  const setting =
    (name: string): Setting =>
    (bare) => {
      events.push(`${name} up`);
      return Promise.resolve({
        house: { ...bare, issuer: name },
        down: () => Promise.resolve(void events.push(`${name} down`)),
      });
    };
  return { events, setting };
}

test('a setting stands as long as the faults want it', async () => {
  const { events, setting } = told();
  const [wires, others] = [setting('wires'), setting('others')];
  const settings = createSettings(house);
  const seen: string[] = [];
  for (const within of [undefined, wires, wires, others, undefined, wires])
    seen.push((await settings.of(within === undefined ? {} : { within })).issuer);
  await settings.down();
  await settings.down();
  expect(seen).toEqual(['bare', 'wires', 'wires', 'others', 'bare', 'wires']);
  expect(events).toEqual([...['wires up', 'wires down', 'others up', 'others down'], ...['wires up', 'wires down']]);
});

test('one that cannot be put up stands in nobody’s way', async () => {
  const { events, setting } = told();
  const settings = createSettings(house);
  const broken: Setting = () => Promise.reject(new Error('no wires'));
  await expect(settings.of({ within: broken })).rejects.toThrow('no wires');
  expect((await settings.of({ within: setting('wires') })).issuer).toBe('wires');
  await settings.down();
  expect(events).toEqual(['wires up', 'wires down']);
});
