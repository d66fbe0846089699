// Reads members of the admin API's JSON bodies; the rules are those of client JSON, which the gateway reads too.
export {
  flagMember,
  jsonMember,
  member,
  objectMember,
  objectOf,
  parsedJson,
  secondsMember,
  textMember,
  textsMember,
  wrongType,
} from '@cardea/oauth';
export type { JsonObject } from '@cardea/oauth';
