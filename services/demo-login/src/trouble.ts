// Says each kind of trouble with the admin API in words, with a way on.
import type { Response } from 'express';
import type { Interaction, Trouble } from './admin-client.js';
import { sendPage } from './headers.js';
import { problemPage, type Problem } from './pages/problem.js';

const goBack = 'Go back to the application you came from and begin again. Nothing was changed.';

/** What to show; `retry` is this page again, `homeUrl` an application to start over from. */
export function problemOf(
  trouble: Exclude<Trouble, { kind: 'handled' }>,
  interaction: Interaction,
  ways: { readonly retry: string; readonly homeUrl: string | undefined },
): Problem {
  const home = ways.homeUrl === undefined ? undefined : { address: ways.homeUrl, text: 'Start again' };
  switch (trouble.kind) {
    case 'expired':
      return {
        status: 404,
        title: `This ${interaction} request is no longer open`,
        what: 'It is too old, it was answered already, or its address was not copied whole.',
        todo: goBack,
        link: home,
      };
    case 'refused':
      return {
        status: 400,
        title: 'The provider refused this answer',
        what: 'This login app sent something that the provider does not accept.',
        todo: goBack,
        link: home,
        detail: [trouble.error, trouble.description, trouble.errorId].filter(Boolean).join(' · '),
      };
    case 'limited':
      return {
        status: 429,
        title: 'Too many attempts',
        what: 'Too many wrong answers came from your network, so none is looked at for a while.',
        todo: 'Wait ten minutes, then try again.',
        link: { address: ways.retry, text: 'Try again' },
      };
    case 'unavailable':
      return {
        status: 503,
        title: 'The provider does not answer',
        what: 'This login app could not reach the admin API, or it had a fault of its own.',
        todo: 'Your request is still open: wait a moment, then try again.',
        link: { address: ways.retry, text: 'Try again' },
        detail: [trouble.reason, trouble.errorId].filter(Boolean).join(' · '),
      };
  }
}

/** What to show when the address has no challenge. */
export function missingChallenge(interaction: Interaction, homeUrl: string | undefined): Problem {
  return {
    status: 400,
    title: 'This page needs a request to answer',
    what: `Its address carries no ${interaction}_challenge, so nobody has asked for anything.`,
    todo: 'Start at an application: it sends you here when it is time.',
    link: homeUrl === undefined ? undefined : { address: homeUrl, text: 'Go to the demo application' },
  };
}

export function sendProblem(response: Response, problem: Problem): void {
  sendPage(response, problem.status, problemPage(problem));
}
