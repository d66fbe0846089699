// A certificate nobody else vouches for, made up at start for development (RFC 5280 §4.1). It never leaves the process.
import { createPublicKey, generateKeyPairSync, randomBytes, sign } from 'node:crypto';

const lifeMillis = 30 * 86_400_000;

function der(tag: number, ...parts: readonly Buffer[]): Buffer {
  const content = Buffer.concat(parts);
  const size = content.length;
  const length = size < 0x80 ? [size] : size < 0x100 ? [0x81, size] : [0x82, size >> 8, size & 0xff];
  return Buffer.concat([Buffer.from([tag, ...length]), content]);
}

const sequence = (...parts: readonly Buffer[]) => der(0x30, ...parts);
const objectId = (hex: string) => der(0x06, Buffer.from(hex, 'hex'));
const instant = (millis: number) =>
  der(0x18, Buffer.from(`${new Date(millis).toISOString().replace(/[-:T]|\..*/g, '')}Z`));

const ecdsaWithSha256 = sequence(objectId('2a8648ce3d040302'));
const commonName = sequence(der(0x31, sequence(objectId('550403'), der(0x0c, Buffer.from('cardea development')))));
/** subjectAltName: localhost, 127.0.0.1 and ::1. */
const names = sequence(
  objectId('551d11'),
  der(
    0x04,
    sequence(
      der(0x82, Buffer.from('localhost')),
      der(0x87, Buffer.from([127, 0, 0, 1])),
      der(0x87, Buffer.concat([Buffer.alloc(15), Buffer.from([1])])),
    ),
  ),
);

/** Certificate and key in PEM, on P-256, good for a month from now. */
export function selfSigned(now: number): { cert: string; key: string } {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const subject = createPublicKey(privateKey).export({ format: 'der', type: 'spki' });
  const content = sequence(
    der(0xa0, der(0x02, Buffer.from([2]))),
    // Positive, and not zero.
    der(0x02, Buffer.concat([Buffer.from([1]), randomBytes(15)])),
    ecdsaWithSha256,
    commonName,
    sequence(instant(now - 60_000), instant(now + lifeMillis)),
    commonName,
    subject,
    der(0xa3, sequence(names)),
  );
  const signature = sign('sha256', content, privateKey);
  const certificate = sequence(content, ecdsaWithSha256, der(0x03, Buffer.from([0]), signature));
  const lines = certificate.toString('base64').match(/.{1,64}/g) ?? [];
  return {
    cert: `-----BEGIN CERTIFICATE-----\n${lines.join('\n')}\n-----END CERTIFICATE-----\n`,
    key: privateKey.export({ format: 'pem', type: 'pkcs8' }).toString(),
  };
}
