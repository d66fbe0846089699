// Says errors of registration in Hydra's words, which its callers know by text (hydra-wire §1.8).
import type { ErrorBody } from '@cardea/http';
import { oauthErrorBody } from '@cardea/http';

const words: Readonly<Record<string, string>> = {
  invalid_token: 'The request could not be authorized',
  invalid_request: 'The request was malformed or contained invalid parameters',
  request_forbidden: 'The requested action was forbidden',
  not_found: 'The requested resource could not be found',
};

export const hydraErrorBody: ErrorBody = (error, path) => {
  const body = oauthErrorBody(error, path);
  const said = /^\/oauth2\/register(?:\/|$)/.test(path) ? words[error.code] : undefined;
  return said === undefined ? body : { ...body, error: said };
};
