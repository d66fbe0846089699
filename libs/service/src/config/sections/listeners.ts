// The two HTTP listeners: where they listen, TLS, which origins may read answers, and who may use the admin API. Names are
// Hydra's; the admin API's authentication is ours (hydra-wire §10.6, §10.7; security §2.5).
import { z } from 'zod';
import { flag, integer, list, text } from '../fields.js';
import { authentication } from './admin-authentication.js';

/** A PEM file, by path or as base64 of its content. */
const pem = (what: string) =>
  z
    .strictObject({
      path: text({ description: `File with ${what} (PEM).` }).optional(),
      base64: text({
        description: `${what}, PEM in base64, instead of a file.`,
        secret: what.includes('key'),
      }).optional(),
    })
    .prefault({});

const listenerTls = (whose: string) =>
  z
    .strictObject({
      enabled: flag({
        description: `Speak TLS on ${whose}; off behind a proxy that ends TLS. Without a certificate one is made up, in development and hydra-compat only.`,
      }).optional(),
      cert: pem('the certificate and its chain'),
      key: pem('the private key of the certificate'),
      allow_termination_from: list({
        description:
          'Of no effect, as in Hydra: leave TLS off behind a proxy that ends it, and no header is asked for.',
      }).default([]),
    })
    .prefault({});

export const tlsOfAll = () => listenerTls('both listeners');

/** `*` in the host of an origin, or `*` for all of them. */
const origins = {
  description:
    'Origins that may read answers, as `https://app.example`; `*` stands for names below a domain of one’s own, alone for every origin. An empty list allows every origin.',
};
const methods = ['POST', 'GET', 'PUT', 'PATCH', 'DELETE'];

const cors = (whose: string, defaults: { readonly methods: readonly string[]; readonly allow: readonly string[] }) =>
  z
    .strictObject({
      enabled: flag({ description: `Answer cross-origin browsers on ${whose}.` }).optional(),
      allowed_origins: list(origins).default([]),
      allowed_methods: list({ description: 'Methods that may be used across origins.' }).default([...defaults.methods]),
      allowed_headers: list({ description: 'Headers that may be sent across origins.' }).default([...defaults.allow]),
      exposed_headers: list({ description: 'Headers of answers that pages of other origins may read.' }).default([
        'Cache-Control',
        'Expires',
        'Last-Modified',
        'Pragma',
        'Content-Length',
        'Content-Language',
        'Content-Type',
      ]),
      allow_credentials: flag({
        description: 'Whether cookies may come along from listed origins; never when every origin is allowed.',
      }).default(true),
      options_passthrough: flag({ description: 'Also hand preflights on to the endpoint.' }).default(false),
      max_age: integer({
        description: 'Seconds that a preflight may be remembered; 0 leaves it to the browser.',
      }).default(0),
      debug: flag({ description: 'Of no effect: what was refused is in the log.' }).default(false),
    })
    .prefault({});

const socket = () =>
  z
    .strictObject({
      owner: text({ description: 'User who owns the unix socket, by name or number.' }).optional(),
      group: text({ description: 'Group of the unix socket, by name or number.' }).optional(),
      mode: integer({ description: 'Mode of the unix socket, as a decimal number: 493 is 0755.' }, 0, 0o777).default(
        0o755,
      ),
    })
    .prefault({});

const requestLog = () =>
  z
    .strictObject({
      disable_for_health: flag({ description: 'Leave requests of health endpoints out of the log.' }).default(true),
    })
    .prefault({});

const listener = (port: number) => ({
  host: text({ description: 'Address to listen on, or `unix:/path`.' }).default('127.0.0.1'),
  port: integer({ description: 'Port to listen on; 0 picks a free one.' }, 0, 65_535).default(port),
  socket: socket(),
  request_log: requestLog(),
});

const sent = ['Authorization', 'Content-Type', 'Accept', 'DPoP', 'traceparent'];

const network = /^(?:unix|[0-9A-Fa-f:.]{2,45}(?:\/\d{1,3})?)$/;
const proxies = {
  description:
    'Addresses and networks (`10.0.0.0/8`) of proxies whose X-Forwarded-For is believed, `unix` for those on a unix socket. It says whose wrong guesses are counted together (`rate_limits`).',
};
const trustedProxies = () =>
  list(proxies)
    .refine((entries) => entries.every((entry) => network.test(entry)), { message: 'must be addresses or networks' })
    .meta(proxies)
    .default([]);

export const publicListener = () =>
  z
    .strictObject({
      ...listener(4444),
      cors: cors('the public listener', { methods, allow: sent }),
      tls: listenerTls('the public listener'),
      trusted_proxies: trustedProxies(),
    })
    .prefault({});

export const adminListener = () =>
  z
    .strictObject({
      ...listener(4445),
      cors: cors('the admin listener', { methods, allow: sent }),
      tls: listenerTls('the admin listener'),
      authentication: authentication(),
      board: flag({
        description:
          'Show the queues of the workers on a page, `/admin/board`, to whoever may change them (role operator). Browsers prove themselves there by a client certificate, or by an API key as the password of HTTP Basic.',
      }).default(true),
    })
    .prefault({});
