// Says errors in Hydra's words where its callers know them by text (hydra-wire §0.3).
import type { ErrorBody } from '@cardea/http';
import { oauthErrorBody } from '@cardea/http';

const malformed = 'The request was malformed or contained invalid parameters';

/** Clients and keys answer errors in prose, interactions in OAuth codes: that is how Hydra's own handlers differ. */
export const adminErrorBody: ErrorBody = (error, path) => {
  if (error.redirectTo !== undefined) return { redirect_to: error.redirectTo };
  const aboutClients = /^\/admin\/(?:clients|trust)(?:\/|$)/.test(path);
  const aboutKeys = /^\/admin\/keys\//.test(path);
  switch (error.code) {
    case 'not_found':
      // A set that is not there is not found otherwise than one key of a set.
      if (aboutClients || /^\/admin\/keys\/[^/]+\/./.test(path))
        return { error: 'Unable to locate the resource', error_description: '' };
      return { error: 'Not Found', error_description: error.description };
    case 'conflict':
      return {
        error: 'Unable to insert or update resource because a resource with that value exists already',
        error_description: '',
      };
    case 'invalid_request':
      return aboutClients || aboutKeys
        ? { error: malformed, error_description: error.description }
        : oauthErrorBody(error, path);
    default:
      return oauthErrorBody(error, path);
  }
};
