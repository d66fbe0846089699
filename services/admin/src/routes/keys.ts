// /admin/keys: JSON Web Key sets of any name, as Hydra's SDKs manage them (hydra-wire §2.8).
import type { Handler, Request, Route } from '@cardea/http';
import { callOptions, neverStored, readJson, readQuery, sendEmpty, sendJson, valueOf } from '@cardea/http';
import type { JsonObject } from '@cardea/oauth';
import { member, OAuthError, objectOf, ownAlgorithm, parsedJson, textMember, wrongType } from '@cardea/oauth';
import type { ClientOf } from '@cardea/rpc';
import type { jsonWebKeyV1 } from '@cardea/rpc';
import { callerOf } from '../authentication/caller.js';

type Keys = ClientOf<typeof jsonWebKeyV1.JsonWebKeyServiceService>;

/** @param issuer base of the address that `Location` names, as in Hydra's answers; undefined when not configured */
export function keyRoutes(keys: Keys, issuer: string | undefined): Route[] {
  const create: Handler = async (request, response) => {
    const body = objectOf(await readJson(request));
    const algorithm = textMember(body, 'alg');
    // Hydra's own words, which its callers match.
    if (ownAlgorithm(algorithm) === undefined) throw new OAuthError('Bad Request', 'Unsupported key algorithm');
    const keySet = setOf(request);
    const { jwkJson } = await keys.createJsonWebKey(
      {
        ...{ keySet, algorithm, includePrivate: seesPrivate(request) },
        keyId: textMember(body, 'kid'),
        use: textMember(body, 'use'),
      },
      callOptions(request, response),
    );
    const location = issuer === undefined ? {} : { Location: `${issuer}/keys/${twiceEscaped(keySet)}` };
    sendJson(response, 201, { keys: [parsedJson(jwkJson, {})] }, { ...neverStored(response), ...location });
  };

  const read: Handler = async (request, response) => {
    const { jwksJson } = await keys.getJsonWebKeys(
      { keySet: setOf(request), keyId: keyOf(request), includePrivate: seesPrivate(request) },
      callOptions(request, response),
    );
    sendJson(response, 200, { keys: jwksJson.map((jwk) => parsedJson(jwk, {})) }, neverStored(response));
  };

  const replace: Handler = async (request, response) => {
    const list = member(objectOf(await readJson(request)), 'keys') ?? [];
    if (!Array.isArray(list)) throw wrongType('keys', 'an array');
    const sent = list.map(objectOf);
    await keys.setJsonWebKeys(
      { keySet: setOf(request), jwksJson: sent.map(bytes), confirmation: confirmationOf(request) },
      callOptions(request, response),
    );
    sendJson(response, 200, { keys: sent }, neverStored(response));
  };

  /** The `kid` of the body names the key; the one of the path is not looked at. */
  const put: Handler = async (request, response) => {
    const sent = objectOf(await readJson(request));
    await keys.setJsonWebKey(
      { keySet: setOf(request), jwkJson: bytes(sent), confirmation: confirmationOf(request) },
      callOptions(request, response),
    );
    sendJson(response, 200, sent, neverStored(response));
  };

  const remove: Handler = async (request, response) => {
    await keys.deleteJsonWebKeys(
      { keySet: setOf(request), keyId: keyOf(request), confirmation: confirmationOf(request) },
      callOptions(request, response),
    );
    sendEmpty(response, 204);
  };

  return [
    { path: '/admin/keys/:set', get: read, post: create, put: replace, delete: remove },
    { path: '/admin/keys/:set/:kid', get: read, put, delete: remove },
  ];
}

/** Private halves are for who holds the role, whatever rule has let a caller in. */
const seesPrivate = (request: Request) => callerOf(request)?.roles.includes('key-operator') === true;
const setOf = (request: Request) => String(request.params['set']);
const keyOf = (request: Request) => String(request.params['kid'] ?? '');
/** The name of a set once more: one that signs is not changed without it, but for Hydra's SDKs. */
const confirmationOf = (request: Request) => valueOf(readQuery(request), 'confirm') ?? '';
const bytes = (jwk: JsonObject) => Buffer.from(JSON.stringify(jwk));

/** As Hydra spells it: the name escaped as a path segment, and the whole path once more. */
function twiceEscaped(name: string): string {
  const once = encodeURIComponent(name).replace(/%(?:3A|40|26|3D|2B|24)/g, decodeURIComponent);
  return once.replaceAll('%', '%25');
}
