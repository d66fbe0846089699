// Who changed which key stands in the log too, beside the rows that the operators' record takes over.
import type { CallContext, Handlers, keyAdminV1 } from '@cardea/rpc';
import type { Log } from '@cardea/service';

type KeyAdmin = Handlers<typeof keyAdminV1.KeyAdminServiceService>;

/** The same handlers; each change of a key that succeeded is logged with the certificate name of whoever asked for it. */
export function noteChanges(handlers: KeyAdmin, log: Log): KeyAdmin {
  const note = (act: string, kid: string | undefined, { caller = '' }: CallContext): void =>
    log.info({ kid, act, by: caller }, 'an operator changed a key');
  return {
    ...handlers,
    async createKey(request, call) {
      const made = await handlers.createKey(request, call);
      note('create', made.key?.keyId, call);
      return made;
    },
    async importKey(request, call) {
      const taken = await handlers.importKey(request, call);
      note(request.privateKey.length === 0 ? 'adopt' : 'import', request.keyId, call);
      return taken;
    },
    async promoteKey(request, call) {
      const promoted = await handlers.promoteKey(request, call);
      note('promote', request.keyId, call);
      return promoted;
    },
    async retireKey(request, call) {
      const retired = await handlers.retireKey(request, call);
      note('retire', request.keyId, call);
      return retired;
    },
    async destroyKey(request, call) {
      const destroyed = await handlers.destroyKey(request, call);
      note('destroy', request.keyId, call);
      return destroyed;
    },
  };
}
