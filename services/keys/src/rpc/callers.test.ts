// Every method of all services, with the callers it admits and everybody it does not.
import { expect, test } from '@jest/globals';
import type { Handlers, ServiceDefinition } from '@cardea/rpc';
import { implement, jsonWebKeyV1, keyAdminV1, keyChangeV1, signatureRecordV1, signingV1 } from '@cardea/rpc';
import { callersOf } from './callers.js';

const token = 'spiffe://cardea/token';
const admin = 'spiffe://cardea/admin';
const prober = 'spiffe://cardea/prober';
const allowed = callersOf({ token: [token], admin: [admin], prober: [prober] });
const { signing, keyAdmin, jsonWebKey, signatureRecord, keyChange } = allowed;

function admitted<D extends ServiceDefinition>(definition: D, allow: Parameters<typeof implement>[2]) {
  const { methods } = implement(definition, {} as Handlers<D>, allow);
  return Object.fromEntries(methods.map(({ path, allowed = ['everybody'] }) => [path.split('/')[2] ?? '', allowed]));
}

test('only token has something signed, only admin makes keys, both and probers see public halves', () => {
  expect(admitted(signingV1.SigningServiceService, signing)).toEqual({
    SignIdToken: [token],
    SignAccessToken: [token],
    SignUserinfo: [token],
    SignLogoutToken: [token],
    SignCredential: [token],
    ListPublicKeys: [token, admin, prober],
  });
  expect(admitted(keyAdminV1.KeyAdminServiceService, keyAdmin)).toEqual({
    CreateKey: [admin],
    ImportKey: [admin],
    PromoteKey: [admin],
    RetireKey: [admin],
    DestroyKey: [admin],
    ListKeys: [admin],
    Attest: [admin],
    FindSignatures: [admin],
  });
  const methods = admitted(jsonWebKeyV1.JsonWebKeyServiceService, jsonWebKey);
  expect(Object.values(methods)).toEqual(Array.from({ length: 5 }, () => [admin]));
  expect(admitted(signatureRecordV1.SignatureRecordServiceService, signatureRecord)).toEqual({
    ListSignatures: [token],
  });
  expect(admitted(keyChangeV1.KeyChangeServiceService, keyChange)).toEqual({ ListKeyChanges: [token] });
});

test('nobody is admitted who is not named', () => {
  const nobody = callersOf({ token: [], admin: [], prober: [] });
  const all = [
    admitted(signingV1.SigningServiceService, nobody.signing),
    admitted(keyAdminV1.KeyAdminServiceService, nobody.keyAdmin),
    admitted(jsonWebKeyV1.JsonWebKeyServiceService, nobody.jsonWebKey),
    admitted(signatureRecordV1.SignatureRecordServiceService, nobody.signatureRecord),
    admitted(keyChangeV1.KeyChangeServiceService, nobody.keyChange),
  ];
  expect(all.flatMap((methods) => Object.values(methods)).flat()).toEqual([]);
});
