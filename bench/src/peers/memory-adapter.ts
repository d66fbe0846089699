// oidc-provider's state in a map of its own process: no durability, no second process, and no limit of a thousand entries as its
// own such adapter has, which would forget codes that are still to be redeemed.
import type { Adapter, AdapterPayload } from 'oidc-provider';

const rows = new Map<string, AdapterPayload>();
const byUid = new Map<string, string>();
const byGrant = new Map<string, string[]>();

export class MemoryAdapter implements Adapter {
  private readonly model: string;

  constructor(model: string) {
    this.model = model;
  }

  #key(id: string): string {
    return `${this.model}:${id}`;
  }

  async upsert(id: string, payload: AdapterPayload): Promise<void> {
    const key = this.#key(id);
    rows.set(key, payload);
    if (payload.uid !== undefined) byUid.set(`${this.model}:${payload.uid}`, key);
    if (payload.grantId !== undefined && this.model !== 'Grant') {
      const members = byGrant.get(payload.grantId);
      if (members === undefined) byGrant.set(payload.grantId, [key]);
      else members.push(key);
    }
    return Promise.resolve();
  }

  async find(id: string): Promise<AdapterPayload | undefined> {
    return Promise.resolve(rows.get(this.#key(id)));
  }

  async findByUid(uid: string): Promise<AdapterPayload | undefined> {
    return Promise.resolve(rows.get(byUid.get(`${this.model}:${uid}`) ?? ''));
  }

  async findByUserCode(): Promise<undefined> {
    return Promise.resolve(undefined);
  }

  async consume(id: string): Promise<void> {
    const row = rows.get(this.#key(id));
    if (row !== undefined) row.consumed = Math.floor(Date.now() / 1000);
    return Promise.resolve();
  }

  async destroy(id: string): Promise<void> {
    rows.delete(this.#key(id));
    return Promise.resolve();
  }

  async revokeByGrantId(grantId: string): Promise<void> {
    for (const key of byGrant.get(grantId) ?? []) rows.delete(key);
    byGrant.delete(grantId);
    return Promise.resolve();
  }
}
