// Secrets and where signing keys are kept.
import { z } from 'zod';
import { duration, flag, integer, list, text } from '../fields.js';

export const secrets = () =>
  z
    .strictObject({
      system: list({
        description:
          'Secrets of at least 16 characters, better 32 random ones. The first seals and signs handles, all open: put a new one in front to rotate.',
        secret: true,
      }).default([]),
      acceptance_period: duration({
        description:
          'How long a new first secret that comes while services run is accepted before it seals and signs: longer than the file takes to reach every one of them.',
      }).prefault('2m'),
    })
    .prefault({});

export const hsm = () =>
  z
    .strictObject({
      enabled: flag({ description: 'Keep signing keys in a PKCS#11 token.' }).default(false),
      library: text({ description: 'Path of the PKCS#11 library.' }).optional(),
      pin: text({ description: 'User PIN of the token.', secret: true }).optional(),
      slot: integer({ description: 'Slot of the token, when it has no label of its own.' }).optional(),
      token_label: text({ description: 'Label of the token.' }).optional(),
      key_set_prefix: z
        .string()
        .meta({ description: 'Put before key set names in the token, when several installations share it.' })
        .default(''),
      sessions: integer(
        {
          description:
            'Threads with a PKCS#11 session each: as many as signatures a second times seconds a signature takes. 500 a second at 5 ms need 3; for SoftHSM as many as cores (docs/keys.md).',
        },
        1,
        64,
      ).default(2),
    })
    .prefault({});

export const keys = () =>
  z
    .strictObject({
      kek: list({
        description:
          'Key-encryption keys of sealed software keys: base64 of 32 random bytes each, or `scrypt:SALT:PASSPHRASE` with a salt in base64. The first seals, all open.',
        secret: true,
      }).default([]),
      pre_publish: duration({
        description:
          'How long a new key is published before it signs: longer than any verifier keeps the JWKS. With `hydra-compat`, keys made through the admin API sign at once.',
      }).prefault('1h'),
      rsa_bits: integer(
        {
          description:
            'Bits of the modulus of RSA keys that are made from now on. 3072 bits sign a seventh as fast as 2048, 4096 a fifteenth.',
        },
        2048,
        4096,
      ).default(2048),
      signatures_per_second: integer(
        {
          description:
            'How many signatures a second each caller may have for each purpose, and as many at once; more are refused. Without it there is no limit.',
        },
        1,
      ).optional(),
      ml_dsa: flag({
        description:
          'Let ML-DSA-44, ML-DSA-65 and ML-DSA-87 keys be made (RFC 9964): software keys, on Node.js 24.7 or newer, for verifiers that know them.',
      }).default(false),
      rotation: z
        .strictObject({
          interval: duration({
            description:
              'How long a key signs before a new one takes its place, such as `2160h`; the new one is published keys.pre_publish before. Without it keys are only made by hand.',
          }).optional(),
        })
        .prefault({}),
      audit: z
        .strictObject({
          enabled: flag({
            description:
              'Write a row for each signature before it leaves the signer; without the database nothing is signed then.',
          }).default(true),
          retention: duration({
            description:
              'How long rows of the record are kept; then they go in whole segments, and the hash that closed them stays. `0s` keeps them for ever.',
          }).prefault('9600h'),
          secret: list({
            description:
              'Secrets of at least 32 characters that hide subjects in the record and seal the signatures that are given again to whoever repeats a request. The first hides and seals, all open. By default made of keys.kek.',
            secret: true,
          }).default([]),
        })
        .prefault({}),
    })
    .prefault({});
