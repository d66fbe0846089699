// Calls that end much and take their time: who is cut off asks again, and what fell stays down.
import { callOptions } from '@cardea/http';
import type { IncomingMessage, ServerResponse } from 'node:http';

/** A hundred thousand tokens take seconds; a busy database takes longer. */
const patienceMillis = 120_000;

export const patientCallOptions = (
  request: IncomingMessage,
  response: ServerResponse,
): ReturnType<typeof callOptions> & { readonly deadline: number } => ({
  ...callOptions(request, response),
  deadline: Date.now() + patienceMillis,
});
