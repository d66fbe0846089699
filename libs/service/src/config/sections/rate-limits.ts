// How often what can be guessed may be guessed wrong, and how much one client may ask for (RFC 6749 §10.10, RFC 8628 §5.1).
import { z } from 'zod';
import { duration, flag, integer } from '../fields.js';

const limit = (what: string, attempts: number, period: string) =>
  z
    .strictObject({
      attempts: integer({ description: `${what}; 0 means as often as they like.` }).default(attempts),
      period: duration({ description: 'The time that is meant, from the first one on.' }).prefault(period),
    })
    .prefault({});

export const rateLimits = () =>
  z
    .strictObject({
      enabled: flag({ description: 'Answer 429 to those who guess or ask too often.' }).default(true),
      client_secrets: limit('How often one network may be wrong about the secret of one client', 20, '10m'),
      user_codes: limit('How many wrong user codes one network may type', 10, '10m'),
      device_codes: limit('How many device codes one network may ask for as one public client', 100, '10m'),
      client_requests: limit(
        'How many tokens and introspections one client may ask for, a public one by network; counted, each costs a call to Redis',
        0,
        '1m',
      ),
      registrations: limit('How many clients one network may register', 100, '1h'),
    })
    .prefault({});
