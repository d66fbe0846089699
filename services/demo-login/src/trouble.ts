// Says each kind of trouble with the admin API in words, with a way on.
import type { Response } from 'express';
import type { Interaction, Trouble } from './admin-client.js';
import { sendPage } from './headers.js';
import { problemPage, type Problem } from './pages/problem.js';
import type { Texts } from './texts.js';

/** What to show; `retry` is this page again, `homeUrl` an application to start over from. */
export function problemOf(
  texts: Texts,
  trouble: Exclude<Trouble, { kind: 'handled' }>,
  interaction: Interaction,
  ways: { readonly retry: string; readonly homeUrl: string | undefined },
): Problem {
  const said = texts.problem;
  const home = ways.homeUrl === undefined ? undefined : { address: ways.homeUrl, text: said.again };
  const retry = { address: ways.retry, text: said.retry };
  switch (trouble.kind) {
    case 'expired':
      return {
        status: 404,
        title: said.expired.title[interaction],
        what: said.expired.what,
        todo: said.goBack,
        link: home,
      };
    case 'refused':
      return {
        status: 400,
        ...said.refused,
        todo: said.goBack,
        link: home,
        detail: [trouble.error, trouble.description, trouble.errorId].filter(Boolean).join(' · '),
      };
    case 'limited':
      return { status: 429, ...said.limited, link: retry };
    case 'unavailable':
      return {
        status: 503,
        ...said.unavailable,
        link: retry,
        detail: [trouble.reason, trouble.errorId].filter(Boolean).join(' · '),
      };
  }
}

/** What to show when the address has no challenge. */
export function missingChallenge(texts: Texts, interaction: Interaction, homeUrl: string | undefined): Problem {
  const { title, what, todo } = texts.problem.missing;
  return {
    status: 400,
    title,
    what: what(`${interaction}_challenge`),
    todo,
    link: homeUrl === undefined ? undefined : { address: homeUrl, text: texts.welcome.home },
  };
}

export function sendProblem(texts: Texts, response: Response, problem: Problem): void {
  sendPage(response, problem.status, problemPage(texts, problem));
}
