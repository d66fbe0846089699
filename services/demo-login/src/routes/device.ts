// GET and POST /device, GET /device/done: passes the code that somebody typed to the provider (Hydra's wire, §1.6).
import { Router, type Request, type Response } from 'express';
import { field, textOf } from '../form-values.js';
import { sendPage } from '../headers.js';
import { deviceDonePage, devicePage, type DeviceView } from '../pages/device.js';
import { textsFor, type Texts } from '../texts.js';
import { challengeOf, goOn, valueOr, type RouteContext } from './context.js';

export function deviceRoutes(context: RouteContext): Router {
  const { admin, csrf } = context;

  function ask(
    texts: Texts,
    request: Request,
    response: Response,
    status: number,
    said: Omit<DeviceView, 'csrf'>,
  ): void {
    sendPage(response, status, devicePage(texts, { ...said, csrf: csrf.token(request, response) }), { form: true });
  }

  return Router()
    .get('/device', (request, response) => {
      const challenge = challengeOf(context, 'device', request, response);
      if (challenge === undefined) return;
      const userCode = textOf(field(request.query, 'user_code')) ?? '';
      ask(textsFor(request), request, response, 200, { challenge, userCode, brought: userCode !== '' });
    })
    .post('/device', async (request, response) => {
      const challenge = challengeOf(context, 'device', request, response);
      if (challenge === undefined) return;
      const texts = textsFor(request);
      const userCode = textOf(field(request.body, 'user_code')) ?? '';
      const again = { challenge, userCode, brought: false };
      if (!csrf.accepts(request)) {
        ask(texts, request, response, 403, { ...again, notice: texts.staleForm });
        return;
      }
      const outcome = await admin.answer('device', challenge, 'accept', { user_code: userCode });
      if (outcome.kind === 'refused') {
        ask(texts, request, response, 422, { ...again, codeError: texts.device.codeError });
        return;
      }
      const answered = valueOr(context, 'device', challenge, response, outcome);
      if (answered?.value !== undefined) goOn(response, answered.value);
    })
    .get('/device/done', (request, response) => sendPage(response, 200, deviceDonePage(textsFor(request))));
}
