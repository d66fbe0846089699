// Errors across a process boundary: every row of the table arrives as it left, and causes stay behind (ARCHITECTURE §7).
import { describe, expect, test } from '@jest/globals';
import type { OAuthErrorOptions } from '@cardea/oauth';
import { OAuthError, errorTable } from '@cardea/oauth';
import { status } from '@grpc/grpc-js';
import { clientOf, keptLog, peerOf, roads, serveEcho } from './echo.fixture.js';
import { decodeError, statusOf, transportError } from './errors.js';

const faces: readonly [string, OAuthErrorOptions][] = [
  ['as the table says', {}],
  [
    'with all it may carry',
    { status: 418, retryAfterSeconds: 7, errorId: 'f00d', redirectTo: 'https://rp.test/?a=b&c=é' },
  ],
];

function face(error: OAuthError): object {
  const { code, description, status: httpStatus, retryAfterSeconds, errorId, redirectTo } = error;
  return { code, description, httpStatus, retryAfterSeconds, errorId, redirectTo };
}

async function caughtBy(call: Promise<unknown>): Promise<OAuthError> {
  const [result] = await Promise.allSettled([call]);
  expect(result.status).toBe('rejected');
  const reason: unknown = result.status === 'rejected' ? result.reason : undefined;
  expect(reason).toBeInstanceOf(OAuthError);
  return reason as OAuthError;
}

describe.each(roads)('over %s', (_road, road) => {
  test.each(faces)('every row of the table crosses %s', async (_face, options) => {
    let next = new OAuthError('server_error');
    const log = keptLog();
    const { address } = await serveEcho({ log, ask: () => Promise.reject(next) });
    const client = clientOf(peerOf([address]), road);
    for (const code of [...Object.keys(errorTable), 'chosen_by_the_login_app']) {
      for (const description of [undefined, 'Something "else" went \\wrong\n – here.']) {
        next = new OAuthError(code, description, options);
        expect(face(await caughtBy(client.ask({ text: '' })))).toEqual(face(next));
      }
    }
    // None had a cause, so there was nothing to log.
    expect(log.lines).toEqual([]);
  });

  test('a long redirect_to crosses', async () => {
    const redirectTo = `https://login.test/?login_challenge=${'A'.repeat(6_000)}`;
    const { address } = await serveEcho({
      ask: () => Promise.reject(new OAuthError('request_handled', undefined, { redirectTo })),
    });
    const error = await caughtBy(clientOf(peerOf([address]), road).ask({ text: '' }));
    expect(error).toMatchObject({ code: 'request_handled', status: 410, redirectTo });
  });

  test.each([
    [
      'an error of the table',
      () => new OAuthError('temporarily_unavailable', 'Later.', { cause: new Error('canary') }),
    ],
    ['anything else that is thrown', () => new Error('canary')],
  ])('the cause of %s is logged once, with the id that crosses', async (_name, make) => {
    const front = keptLog();
    const back = keptLog();
    const behind = await serveEcho({ log: back, ask: () => Promise.reject(make()) });
    const next = clientOf(peerOf([behind.address]), road);
    const { address } = await serveEcho({ log: front, ask: (said) => next.ask(said) });

    const error = await caughtBy(clientOf(peerOf([address]), road).ask({ text: '' }));
    expect(error.cause).toBeUndefined();
    expect(`${JSON.stringify(error)} ${error.message} ${error.stack ?? ''}`).not.toContain('canary');
    expect(error.errorId).toMatch(/^[0-9a-f]{16}$/);
    expect(front.lines).toEqual([]);
    expect(back.lines).toEqual([
      {
        level: 'error',
        message: 'a call failed',
        fields: {
          err: expect.objectContaining({ message: 'canary' }),
          error_id: error.errorId,
          error: error.code,
          method: '/cardea.test.v1.EchoService/Ask',
        },
      },
    ]);
  });

  test('one error thrown at many calls is logged once and has one id', async () => {
    const log = keptLog();
    const shared = new OAuthError('temporarily_unavailable', undefined, { cause: new Error('the batch failed') });
    const { address } = await serveEcho({ log, ask: () => Promise.reject(shared) });
    const client = clientOf(peerOf([address]), road);
    const errors = await Promise.all(Array.from({ length: 10 }, () => caughtBy(client.ask({ text: '' }))));
    expect(new Set(errors.map(({ errorId }) => errorId)).size).toBe(1);
    expect(log.lines).toHaveLength(1);
  });
});

test('each row has a gRPC status that is not OK; codes outside the table have one too', () => {
  for (const [code, row] of Object.entries(errorTable)) {
    expect(status[statusOf(new OAuthError(code))]).toBe(row.grpc);
    expect(statusOf(new OAuthError(code))).toBeGreaterThan(0);
  }
  expect(statusOf(new OAuthError('chosen_by_the_login_app'))).toBe(status.FAILED_PRECONDITION);
  expect(statusOf(new OAuthError('__proto__'))).toBe(status.FAILED_PRECONDITION);
  const full = new OAuthError('temporarily_unavailable', undefined, { grpc: 'RESOURCE_EXHAUSTED' });
  expect(statusOf(full)).toBe(status.RESOURCE_EXHAUSTED);
});

test('an ErrorDetail that cannot be read is a fault of ours', () => {
  expect(decodeError(Buffer.from([0xff, 0xff, 0xff]))).toMatchObject({ code: 'server_error', status: 500 });
});

test('a bare status is a fault of ours where asking again would not help, and a passing trouble otherwise', () => {
  const passing = Object.values(status)
    .filter((code): code is status => typeof code === 'number')
    .filter((code) => transportError(code, undefined).status === 503)
    .map((code) => status[code]);
  expect(passing.sort()).toEqual(
    [
      'ABORTED',
      'ALREADY_EXISTS',
      'CANCELLED',
      'DATA_LOSS',
      'DEADLINE_EXCEEDED',
      'FAILED_PRECONDITION',
      'NOT_FOUND',
      'OK',
      'OUT_OF_RANGE',
      'RESOURCE_EXHAUSTED',
      'UNAVAILABLE',
      'UNKNOWN',
    ].sort(),
  );
});
