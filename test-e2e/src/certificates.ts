// A certificate authority in a directory: writes PEM files for mutual TLS, DER by hand, so that tests need no tool installed
// (RFC 5280 §4.1, RFC 5758 §3.2).
import type { KeyObject } from 'node:crypto';
import { generateKeyPairSync, randomBytes, sign } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import path from 'node:path';

/** What `tls` settings name. */
export interface CertificateFiles {
  readonly ca_file: string;
  readonly cert_file: string;
  readonly key_file: string;
}

export interface Authority {
  /** Files of somebody with these names; every certificate is also good for 127.0.0.1, which is nobody's name. */
  issue(
    file: string,
    names: { readonly uri?: string; readonly dns?: string; readonly commonName?: string },
  ): CertificateFiles;
}

function der(tag: number, ...content: readonly (Buffer | Uint8Array)[]): Buffer {
  const body = Buffer.concat(content);
  const { length } = body;
  const size = length < 128 ? [length] : length < 256 ? [0x81, length] : [0x82, length >> 8, length & 255];
  return Buffer.concat([Buffer.from([tag, ...size]), body]);
}

const sequence = (...content: readonly Buffer[]) => der(0x30, ...content);
const oid = (hex: string) => der(0x06, Buffer.from(hex, 'hex'));
const text = (tag: number, value: string) => der(tag, Buffer.from(value));
const bits = (value: Buffer) => der(0x03, Buffer.from([0]), value);

const ecdsaWithSha256 = sequence(oid('2a8648ce3d040302'));
const commonName = (value: string) => sequence(der(0x31, sequence(oid('550403'), text(0x0c, value))));
const utcTime = (millis: number) => text(0x17, `${new Date(millis).toISOString().replace(/[-:T]/g, '').slice(2, 14)}Z`);
const extension = (id: string, critical: boolean, value: Buffer) =>
  sequence(oid(id), ...(critical ? [der(0x01, Buffer.from([0xff]))] : []), der(0x04, value));

const day = 86_400_000;

/** One signed certificate, as PEM. */
function certificate(of: {
  readonly issuer: string;
  readonly subject: string;
  readonly publicKey: KeyObject;
  readonly signer: KeyObject;
  readonly extensions: readonly Buffer[];
}): string {
  const statement = sequence(
    der(0xa0, der(0x02, Buffer.from([2]))),
    der(0x02, Buffer.from([1]), randomBytes(15)),
    ecdsaWithSha256,
    commonName(of.issuer),
    sequence(utcTime(Date.now() - day), utcTime(Date.now() + day)),
    commonName(of.subject),
    of.publicKey.export({ type: 'spki', format: 'der' }),
    der(0xa3, sequence(...of.extensions)),
  );
  const signed = sequence(statement, ecdsaWithSha256, bits(sign('sha256', statement, of.signer)));
  return pem('CERTIFICATE', signed);
}

const pem = (label: string, content: Buffer) =>
  `-----BEGIN ${label}-----\n${content.toString('base64').replace(/.{1,64}/g, '$&\n')}-----END ${label}-----\n`;

const newKeys = () => generateKeyPairSync('ec', { namedCurve: 'P-256' });

/** @param name tells authorities of one directory apart */
export function createAuthority(directory: string, name = 'ca'): Authority {
  const authority = newKeys();
  const caFile = path.join(directory, `${name}.pem`);
  const basicConstraints = extension('551d13', true, sequence(der(0x01, Buffer.from([0xff]))));
  const { publicKey, privateKey: signer } = authority;
  writeFileSync(
    caFile,
    certificate({ issuer: name, subject: name, publicKey, signer, extensions: [basicConstraints] }),
  );
  return {
    issue(file, { uri, dns, commonName: subject = file }) {
      const keys = newKeys();
      const names = sequence(
        ...(uri === undefined ? [] : [text(0x86, uri)]),
        ...(dns === undefined ? [] : [text(0x82, dns)]),
        der(0x87, Buffer.from([127, 0, 0, 1])),
      );
      const files = {
        ca_file: caFile,
        cert_file: path.join(directory, `${file}.pem`),
        key_file: path.join(directory, `${file}.key`),
      };
      const extensions = [extension('551d11', false, names)];
      writeFileSync(
        files.cert_file,
        certificate({ issuer: name, subject, publicKey: keys.publicKey, signer, extensions }),
      );
      writeFileSync(files.key_file, keys.privateKey.export({ type: 'pkcs8', format: 'pem' }), { mode: 0o600 });
      return files;
    },
  };
}
