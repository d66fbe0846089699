// What the invariants say of small histories: each is broken by exactly what it forbids, and by nothing that two answers at the
// same time may mean.
import { describe, expect, test } from '@jest/globals';
import type { Ask, End, Family, Presentation, Sighting } from './history.js';
import type { Allowance } from './invariants.js';
import { namesFamily } from './history.js';
import { judgeAsk, judgeOnce, judgeToken } from './invariants.js';

const end = (sent: number, told?: number): End => ({ by: 'revocation', sent, ...(told === undefined ? {} : { told }) });
const seen = (sent: number, verdict: Sighting['verdict']): Sighting => ({
  sent,
  answered: sent + 10,
  verdict,
  by: 'admin',
});
const family = (ends: End[]): Family => ({ name: 'family-1', subject: 'alice', ends });
const token = (sightings: Sighting[], ends: End[] = [], familyEnds: End[] = []) => ({
  name: 'access-1',
  kind: 'access' as const,
  family: family(familyEnds),
  born: { sent: 0, answered: 10 },
  expires: 3_600_000,
  ends,
  sightings,
});

describe('tokens', () => {
  test.each<[string, ReturnType<typeof token>, string[]]>([
    ['alive, and nothing happened', token([seen(100, 'live')]), []],
    ['dead, and nothing happened', token([seen(100, 'dead')]), ['INV1']],
    ['dead after it expired', token([seen(3_600_000, 'dead')]), []],
    ['dead while its end is asked for', token([seen(100, 'dead')], [end(105)]), []],
    ['dead before its end was asked for', token([seen(100, 'dead')], [end(200, 300)]), ['INV1']],
    ['alive while its end is asked for', token([seen(100, 'live')], [end(50, 105)]), []],
    ['alive after its end was told', token([seen(301, 'live')], [end(200, 300)]), ['INV2']],
    ['alive after its family’s end was told', token([seen(301, 'live')], [], [end(200, 300)]), ['INV2']],
    ['alive after an end nobody acknowledged', token([seen(900, 'live')], [end(200)]), []],
    ['dead after an end nobody acknowledged', token([seen(900, 'dead')], [end(200)]), []],
    ['alive again, at one of many', token([seen(400, 'dead'), seen(900, 'live')], [end(200, 300)]), ['INV2']],
  ])('%s', (_name, history, broken) => {
    expect(judgeToken(history).map(({ invariant }) => invariant)).toEqual(broken);
  });

  const replaced: End = { ...end(100), replaced: true };
  test.each<[string, Parameters<typeof namesFamily>[0], boolean]>([
    ['an access token in force ends its family', { kind: 'access', ends: [] }, true],
    ['an access token that was revoked before ends it again', { kind: 'access', ends: [end(100, 200)] }, true],
    [
      'an access token that a refresh has replaced ends nothing',
      { kind: 'access', ends: [{ ...replaced, told: 200 }] },
      false,
    ],
    [
      'an access token that a refresh may have replaced is not known to end it',
      { kind: 'access', ends: [replaced] },
      false,
    ],
    ['a refresh token that was used ends its family', { kind: 'refresh', ends: [replaced] }, true],
  ])('the revocation of %s', (_name, held, takes) => {
    expect(namesFamily(held)).toBe(takes);
  });

  test('the history of the one that broke is told in the order of time', () => {
    const [breach] = judgeToken(token([seen(400, 'dead'), seen(900, 'live')], [end(200, 300)]));
    expect(breach?.history.map((line) => line.replace(/^[\d:]+\.(\d+)( – \S+)?/, '$1'))).toEqual([
      '000 issued in family-1',
      '200 revocation: asked',
      '300 revocation: acknowledged',
      '400 admin: dead',
      '900 admin: live',
    ]);
  });
});

describe('what is good for once', () => {
  const at = (sent: number, outcome: Presentation['outcome'], brought?: string): Presentation => ({
    ...{ sent, answered: sent + 10, outcome, by: 'gateway-1' },
    ...(brought === undefined ? {} : { brought }),
  });
  const judge = (kind: 'code' | 'refresh', presentations: Presentation[], ends: End[] = []) =>
    judgeOnce({ name: `${kind}-1`, kind, family: family(ends), presentations }, 10_000).map(
      ({ invariant }) => invariant,
    );

  test.each<[string, Presentation[], End[], string[]]>([
    ['once', [at(0, 'won')], [], []],
    ['twice at the same time, and one wins', [at(0, 'won'), at(5, 'invalid')], [], []],
    ['twice, and both win', [at(0, 'won'), at(50, 'won')], [], ['INV3']],
    ['invalid the first time', [at(0, 'invalid')], [], ['INV4']],
    ['invalid after an answer that was lost', [at(0, 'unknown'), at(50, 'invalid')], [], []],
    ['invalid before anybody else asked', [at(0, 'invalid'), at(50, 'won')], [], ['INV4']],
    ['invalid after its family ended', [at(100, 'invalid')], [end(50)], []],
    ['taken after the end of its family was told', [at(100, 'won')], [end(50, 60)], ['INV2']],
  ])('a code: %s', (_name, presentations, ends, broken) => expect(judge('code', presentations, ends)).toEqual(broken));

  test.each<[string, Presentation[], string[]]>([
    ['twice, and both get the same', [at(0, 'won', 'refresh-2'), at(50, 'won', 'refresh-2')], []],
    ['twice, and both get their own', [at(0, 'won', 'refresh-2'), at(50, 'won', 'refresh-3')], ['INV3']],
    ['invalid inside the window', [at(0, 'unknown'), at(9_000, 'invalid')], ['INV4']],
    ['invalid after the window', [at(0, 'unknown'), at(10_001, 'invalid')], []],
  ])('a refresh token: %s', (_name, presentations, broken) => expect(judge('refresh', presentations)).toEqual(broken));
});

describe('single answers', () => {
  const ask = (outcome: Ask['outcome'], flaw?: string): Ask => ({
    ...{ what: 'issue', by: 'gateway-1', sent: 0, answered: 10, outcome },
    ...(flaw === undefined ? {} : { flaw }),
  });
  const all: Allowance = { refuse: true, lose: true, hang: true };
  const none: Allowance = { refuse: false, lose: false, hang: false };

  test.each<[string, Ask, Allowance, string[]]>([
    ['an answer', ask('answered'), none, []],
    ['nobody there to ask', ask('absent'), none, []],
    ['a refusal where none may be', ask('refused'), none, ['INV4']],
    ['a refusal', ask('refused'), all, []],
    ['a refusal of what may be refused', ask('refused'), { ...none, refuse: ['issue'] }, []],
    ['a refusal of something else', ask('refused'), { ...none, refuse: ['sign'] }, ['INV4']],
    ['a broken connection where none may be', ask('lost'), { ...all, lose: false }, ['INV4']],
    ['a broken connection', ask('lost'), all, []],
    ['no answer in time where that may not be', ask('late'), { ...all, hang: false }, ['INV5']],
    ['no answer in time', ask('late'), all, []],
    ['an answer that is wrong, whatever dies', ask('answered', 'answered 500'), all, ['INV4']],
  ])('%s', (_name, one, may, broken) => {
    expect(judgeAsk(one, may).map(({ invariant }) => invariant)).toEqual(broken);
  });
});
