// X.509 certificates for tests, written in DER by hand so that no tool has to be installed (RFC 5280 §4.1).
import type { KeyObject } from 'node:crypto';
import { createPrivateKey, generateKeyPairSync, randomBytes, sign } from 'node:crypto';
import { mkdtempSync, renameSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TransportSecurity } from './credentials.js';

/** A certificate and its key, in PEM. */
export interface Certificate {
  readonly cert: string;
  readonly key: string;
}

export interface CertificateShape {
  readonly commonName: string;
  /** General names as they are: `URI:…` or `DNS:…`. */
  readonly names?: readonly string[];
  /** Begins this long from now; yesterday by default. */
  readonly beginsInMillis?: number;
  /** Ends this long from now, negative for an expired one; tomorrow by default. */
  readonly endsInMillis?: number;
  /** What it may be used for; anything by default. */
  readonly usage?: 'client' | 'server';
  readonly authority?: boolean;
}

const dayMillis = 86_400_000;

function der(tag: number, ...parts: readonly Buffer[]): Buffer {
  const content = Buffer.concat(parts);
  const size = content.length;
  const length = size < 0x80 ? [size] : size < 0x100 ? [0x81, size] : [0x82, size >> 8, size & 0xff];
  return Buffer.concat([Buffer.from([tag, ...length]), content]);
}
const sequence = (...parts: Buffer[]) => der(0x30, ...parts);
const oid = (hex: string) => der(0x06, Buffer.from(hex, 'hex'));
const text = (tag: number, value: string) => der(tag, Buffer.from(value));
const time = (millis: number) => text(0x18, `${new Date(millis).toISOString().replace(/[-:T]|\..*/g, '')}Z`);
const nameOf = (commonName: string) => sequence(der(0x31, sequence(oid('550403'), text(0x0c, commonName))));
const extension = (id: string, value: Buffer) => sequence(oid(id), der(0x04, value));
const pem = (label: string, bytes: Buffer) =>
  `-----BEGIN ${label}-----\n${(bytes.toString('base64').match(/.{1,64}/g) ?? []).join('\n')}\n-----END ${label}-----\n`;

const ecdsaWithSha256 = sequence(oid('2a8648ce3d040302'));
const usages = { server: '2b06010505070301', client: '2b06010505070302' };
const generalNameTags: Readonly<Record<string, number>> = { DNS: 0x82, URI: 0x86 };

function generalName(name: string): Buffer {
  const [kind = '', ...rest] = name.split(':');
  return text(generalNameTags[kind] ?? 0, rest.join(':'));
}

function makeCertificate(shape: CertificateShape, issuer: { name: string; key: KeyObject } | undefined): Certificate {
  const pair = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const extensions = [
    ...(shape.authority === true ? [extension('551d13', sequence(der(0x01, Buffer.from([0xff]))))] : []),
    ...(shape.usage === undefined ? [] : [extension('551d25', sequence(oid(usages[shape.usage])))]),
    ...(shape.names === undefined ? [] : [extension('551d11', sequence(...shape.names.map(generalName)))]),
  ];
  const now = Date.now();
  const body = sequence(
    der(0xa0, der(0x02, Buffer.from([2]))),
    der(0x02, Buffer.concat([Buffer.from([0x01]), randomBytes(15)])),
    ecdsaWithSha256,
    nameOf(issuer?.name ?? shape.commonName),
    sequence(time(now + (shape.beginsInMillis ?? -2 * dayMillis)), time(now + (shape.endsInMillis ?? dayMillis))),
    nameOf(shape.commonName),
    pair.publicKey.export({ type: 'spki', format: 'der' }),
    ...(extensions.length === 0 ? [] : [der(0xa3, sequence(...extensions))]),
  );
  const signature = sign('sha256', body, issuer?.key ?? pair.privateKey);
  return {
    cert: pem('CERTIFICATE', sequence(body, ecdsaWithSha256, der(0x03, Buffer.from([0]), signature))),
    key: pair.privateKey.export({ type: 'pkcs8', format: 'pem' }) as string,
  };
}

/** An authority that issues what is asked of it. */
export interface Authority extends Certificate {
  issue(shape: CertificateShape): Certificate;
}

export function createAuthority(commonName: string): Authority {
  const own = makeCertificate({ commonName, authority: true }, undefined);
  const key = createPrivateKey(own.key);
  return { ...own, issue: (shape) => makeCertificate(shape, { name: commonName, key }) };
}

/** Certificate files of one process, and how they are replaced: each file by a rename, one after the other. */
export function certificateFiles(
  ca: string,
  certificate: Certificate,
): { security: TransportSecurity & { kind: 'mtls' }; replace: (ca: string, certificate: Certificate) => void } {
  const directory = mkdtempSync(join(tmpdir(), 'cardea-rpc-'));
  const path = (name: string) => join(directory, name);
  const replace = (newCa: string, { cert, key }: Certificate): void => {
    for (const [name, content] of Object.entries({ 'ca.pem': newCa, 'cert.pem': cert, 'key.pem': key })) {
      writeFileSync(path(`${name}.new`), content);
      renameSync(path(`${name}.new`), path(name));
    }
  };
  replace(ca, certificate);
  return {
    security: { kind: 'mtls', caFile: path('ca.pem'), certFile: path('cert.pem'), keyFile: path('key.pem') },
    replace,
  };
}
