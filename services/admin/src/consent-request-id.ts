// The id of a consent request, the UUID of its grant, as Hydra writes it: 32 hexadecimal digits (hydra-wire §2.4, §2.6).
// What keeps it has columns of that width.

/** As the API tells it. */
export const consentRequestId = (grantId: string): string => grantId.replaceAll('-', '');

/** The grant that an id means, with or without its dashes; what is no id stays as it is, and means nothing. */
export const grantIdOf = (id: string): string =>
  id.replace(/^([\da-f]{8})([\da-f]{4})([\da-f]{4})([\da-f]{4})([\da-f]{12})$/i, '$1-$2-$3-$4-$5');
