// What the client does and what it learns from each answer: it writes both down, before anything is judged.
import { randomUUID } from 'node:crypto';
import type { Caller, Method } from '../grpc.js';
import { createEnding } from './ending.js';
import type { Ask, End, Span } from './history.js';
import { acknowledge, namesFamily } from './history.js';
import type { Client, Held, HeldFamily, WorkingMemory } from './memory.js';
import type { Place, Reply, Transport } from './transport.js';

/** Where operations are asked for. */
export interface Doors {
  /** The gateways, each time in another order. */
  readonly gateways: () => readonly Place[];
  readonly admin: Place;
  /** Every token service, for gRPC introspection. */
  readonly introspectors: readonly { readonly name: string; readonly caller: Caller }[];
  readonly introspect: Method;
}

export interface Operations {
  /** A token that the client holds for itself. @param at this gateway and no other */
  issue(client: Client, at?: Place): Promise<Held | undefined>;
  /** Asks each way there is, or one of them, whether a token lives. */
  look(held: Held, ways: number | 'all'): Promise<void>;
  /** Remembers the token of this kind in an answer; undefined when there is none. */
  remember(
    reply: Reply,
    kind: Held['kind'],
    client: Client,
    family?: HeldFamily,
  ): { readonly held: Held; readonly known: boolean } | undefined;
  redeem(code: CodeInHand): Promise<Reply>;
  refresh(family: HeldFamily): Promise<void>;
  /** Ends a token, and with it its family; repeated until it is acknowledged. */
  revoke(held: Held): Promise<void>;
  /** Withdraws what a subject has consented to, or ends its login with its tokens; repeated until it is acknowledged. */
  withdraw(family: HeldFamily, what: 'consent' | 'login'): Promise<void>;
}

/** A code and what is known of it. */
export interface CodeInHand {
  readonly code: string;
  readonly callback: string;
  readonly client: Client;
  readonly family: HeldFamily;
  readonly once: ReturnType<WorkingMemory['once']>;
  /** How often it was presented, answered or not. */
  presented: number;
}

/** How long refresh tokens live here: longer than any run. */
const refreshSeconds = 86_400;

export function createOperations(memory: WorkingMemory, ask: Transport, doors: Doors): Operations {
  const end = createEnding(memory);
  const post = (what: string, client: Client, form: Record<string, string>, at = doors.gateways()) =>
    ask(at, {
      what,
      method: 'POST',
      path: what === 'revoke' ? '/oauth2/revoke' : '/oauth2/token',
      form,
      headers: client.headers,
      expected: what === 'redeem' || what === 'refresh' ? [200, 400] : [200],
    });
  const text = (reply: Reply, member: string) =>
    typeof reply.body[member] === 'string' ? reply.body[member] : undefined;
  const remember: Operations['remember'] = (reply, kind, client, family) => {
    const given = text(reply, `${kind}_token`);
    if (reply.status !== 200 || given === undefined) return undefined;
    const seconds = kind === 'refresh' ? refreshSeconds : Number(reply.body['expires_in']);
    return memory.token({ text: given, kind, client, family, born: reply.ask, seconds });
  };
  const outcome = ({ status }: Reply) => (status === 200 ? 'won' : status === 400 ? 'invalid' : 'unknown');

  /** Both tokens of an answer; its ID token is only counted, and only once. */
  const pair = (reply: Reply, client: Client, family: HeldFamily) => {
    const access = remember(reply, 'access', client, family);
    const idToken = text(reply, 'id_token');
    if (access?.known === false && idToken !== undefined) memory.sign(idToken);
    return { access, refresh: remember(reply, 'refresh', client, family) };
  };
  const present = (once: CodeInHand['once'], reply: Reply, brought: Held | undefined) => {
    if (reply.ask.outcome === 'absent') return;
    const { sent, answered, by } = reply.ask;
    once.presentations.push({ sent, answered, by, outcome: outcome(reply), ...(brought && { brought: brought.name }) });
  };

  const sight = (held: Held, { sent, answered }: Span, by: string, active: unknown) => {
    if (typeof active === 'boolean') held.sightings.push({ sent, answered, by, verdict: active ? 'live' : 'dead' });
  };
  const lookByHttp = async (held: Held) => {
    const question = { what: 'introspect', method: 'POST', path: '/admin/oauth2/introspect', expected: [200] } as const;
    const reply = await ask([doors.admin], { ...question, form: { token: held.text } });
    if (reply.status === 200) sight(held, reply.ask, 'admin', reply.body['active']);
  };
  const lookByRpc = async (held: Held, { name, caller }: Doors['introspectors'][number]) => {
    const sent = Date.now();
    const { response, code, details, served } = await caller.unary(doors.introspect, { token: held.text });
    const span = { sent, answered: Date.now() };
    memory.asks.push({ ...span, what: 'introspect', by: name, ...rpcOutcome(code, details, served) });
    if (response !== undefined) sight(held, span, name, response['active']);
  };
  const ways = [lookByHttp, ...doors.introspectors.map((one) => (held: Held) => lookByRpc(held, one))];
  let turn = 0;

  return {
    remember,

    async issue(client, at) {
      const reply = await post(
        client.signing ? 'sign' : 'issue',
        client,
        { grant_type: 'client_credentials' },
        at && [at],
      );
      return remember(reply, 'access', client)?.held;
    },

    async look(held, count) {
      const first = turn++;
      const chosen = ways.filter((_, index) => count === 'all' || (index + first) % ways.length < count);
      await Promise.all(chosen.map((way) => way(held)));
    },

    async redeem(hand) {
      const { code, callback, client, family, once } = hand;
      const form = { grant_type: 'authorization_code', code, redirect_uri: callback };
      // From its second presentation on it may bring its family down; and it has, before we are told that it was used.
      const second: End | undefined = hand.presented++ > 0 ? { by: 'code used again', sent: Date.now() } : undefined;
      const used = once.presentations.some((one) => one.outcome === 'won');
      if (second !== undefined) family.ends.push(second);
      const reply = await post('redeem', client, form);
      const { access, refresh } = pair(reply, client, family);
      present(once, reply, access?.held);
      if (second !== undefined && used && reply.status === 400) acknowledge(second, reply.ask.answered);
      if (access !== undefined && refresh !== undefined) {
        family.current = { access: access.held, refresh: refresh.held, once: memory.once('refresh', family) };
      }
      return reply;
    },

    async refresh(family) {
      const { current, client } = family;
      if (current === undefined) return;
      const form = { grant_type: 'refresh_token', refresh_token: current.refresh.text };
      const rotation: End = { by: `refresh of ${current.refresh.name}`, sent: Date.now(), replaced: true };
      current.access.ends.push(rotation);
      current.refresh.ends.push(rotation);
      const reply = await post('refresh', client, form);
      const { access, refresh } = pair(reply, client, family);
      present(current.once, reply, refresh?.held);
      if (access !== undefined && refresh !== undefined) {
        acknowledge(rotation, reply.ask.answered);
        if (!refresh.known) {
          family.current = { access: access.held, refresh: refresh.held, once: memory.once('refresh', family) };
        }
      } else if (reply.status === 400) {
        // Used again too late, it takes its family with it.
        family.ends.push({ by: `${current.refresh.name} was called invalid`, sent: rotation.sent });
        if (family.current === current) family.current = undefined;
      }
    },

    async revoke(held) {
      const by = `revocation of ${held.name}`;
      const whole: End = { by, sent: Date.now() };
      held.family?.ends.push(whole);
      await end(by, [held.ends], async () => {
        const reply = await post('revoke', held.client, { token: held.text });
        if (reply.status !== 200) return undefined;
        if (namesFamily(held)) acknowledge(whole, reply.ask.answered);
        return reply.ask;
      });
    },

    async withdraw(family, what) {
      const subject = encodeURIComponent(family.subject);
      const query = what === 'consent' ? `all=true&subject=${subject}` : `revoke_tokens=true&subject=${subject}`;
      await end(`end of ${what}`, [family.ends], async () => {
        const question = { what: `end ${what}`, method: 'DELETE', expected: [204] } as const;
        const reply = await ask([doors.admin], { ...question, path: `/admin/oauth2/auth/sessions/${what}?${query}` });
        return reply.status === 204 ? reply.ask : undefined;
      });
    },
  };
}

/** What an end of a gRPC call is to a client (the codes of gRPC's status). */
function rpcOutcome(code: number, details: string, served: boolean): Pick<Ask, 'outcome' | 'flaw'> {
  if (code === 0) return { outcome: 'answered' };
  if (code === 4) return { outcome: 'late' };
  if (code === 14 || code === 8) return { outcome: served ? 'refused' : 'absent' };
  return { outcome: 'answered', flaw: `gRPC status ${String(code)} ${details}` };
}

/** A subject nobody else has. */
export const newSubject = () => `person-${randomUUID()}`;
