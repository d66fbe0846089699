// GET and POST /device, GET /device/done: passes the code that somebody typed to the provider (Hydra's wire, §1.6).
import { Router, type Request, type Response } from 'express';
import { field, textOf } from '../form-values.js';
import { sendPage } from '../headers.js';
import { deviceDonePage, devicePage, type DeviceView } from '../pages/device.js';
import { challengeOf, goOn, staleForm, valueOr, type RouteContext } from './context.js';

export function deviceRoutes(context: RouteContext): Router {
  const { admin, csrf } = context;

  function ask(request: Request, response: Response, status: number, said: Omit<DeviceView, 'csrf'>): void {
    sendPage(response, status, devicePage({ ...said, csrf: csrf.token(request, response) }), { form: true });
  }

  return Router()
    .get('/device', (request, response) => {
      const challenge = challengeOf(context, 'device', request, response);
      if (challenge === undefined) return;
      const userCode = textOf(field(request.query, 'user_code')) ?? '';
      ask(request, response, 200, { challenge, userCode, brought: userCode !== '' });
    })
    .post('/device', async (request, response) => {
      const challenge = challengeOf(context, 'device', request, response);
      if (challenge === undefined) return;
      const userCode = textOf(field(request.body, 'user_code')) ?? '';
      const again = { challenge, userCode, brought: false };
      if (!csrf.accepts(request)) {
        ask(request, response, 403, { ...again, notice: staleForm });
        return;
      }
      const outcome = await admin.answer('device', challenge, 'accept', { user_code: userCode });
      if (outcome.kind === 'refused') {
        const codeError = 'No device shows this code. It may have run out: look at the device once more.';
        ask(request, response, 422, { ...again, codeError });
        return;
      }
      const answered = valueOr(context, 'device', challenge, response, outcome);
      if (answered?.value !== undefined) goOn(response, answered.value);
    })
    .get('/device/done', (_request, response) => sendPage(response, 200, deviceDonePage()));
}
