// One operation of the API as data: what is sent, what comes back, and when.
import type { Schema } from './schema.js';
import { ref, text, whole } from './schema.js';

export type Method = 'get' | 'post' | 'put' | 'patch' | 'delete';

export interface Operation {
  /** Hydra's name where it has the operation, because SDKs are made of it. */
  readonly id: string;
  readonly method: Method;
  /** As OpenAPI spells it: `/admin/clients/{id}`. */
  readonly path: string;
  readonly summary: string;
  /** Query parameters; those of the path follow from it. */
  readonly query?: Readonly<Record<string, Schema>>;
  /** Names of query parameters that must be there. */
  readonly needed?: readonly string[];
  readonly body?: { readonly type: 'json' | 'form' | 'patch'; readonly schema: Schema };
  /** Answers by status, beside the errors that every operation may answer with. */
  readonly answers: Readonly<Record<string, Answer>>;
}

export interface Answer {
  readonly description: string;
  /** Undefined for an answer without a body. */
  readonly schema?: Schema;
  /** `application/json` when absent. */
  readonly contentType?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

export const answer = (description: string, schema: Schema): Answer => ({ description, schema });
export const empty = (description: string): Answer => ({ description });

/** A page of a list; the Link header says where its neighbours are (RFC 8288). */
export const page = (description: string, items: Schema): Answer => ({
  description,
  schema: { type: 'array', items },
  headers: { Link: 'The first page, and the next if there is one (RFC 8288).' },
});

export const pageQuery = {
  page_size: { ...whole, description: 'Items in a page: 100 by default, 500 at most.' },
  page_token: { ...text, description: 'From the Link header of another page; good for an hour.' },
};

export const json = (name: string) => ({ type: 'json', schema: ref(name) }) as const;
export const form = (schema: Schema) => ({ type: 'form', schema }) as const;
