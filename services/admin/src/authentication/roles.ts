// Which role may do what, by method and path. It is asked before anything is looked up, so that a refusal says nothing about
// what exists (security §2.5).
import { adminRoles } from '@cardea/service';

/** `serve.admin.authentication.*.roles`. */
export type Role = (typeof adminRoles)[number];

interface Rule {
  /** Of the path with its `/admin`. */
  readonly path: RegExp;
  /** May read: GET and HEAD. */
  readonly read: readonly Role[];
  /** May do everything else. */
  readonly change: readonly Role[];
}

/** The first that fits decides; a new path belongs to operators until somebody says otherwise. */
const rules: readonly Rule[] = [
  { path: /^\/admin\/oauth2\/auth\/requests\//, read: ['login-ui'], change: ['login-ui'] },
  { path: /^\/admin\/oauth2\/introspect$/, read: ['introspector'], change: ['introspector'] },
  // Private halves may come out of it.
  { path: /^\/admin\/keys(?:\/|$)/, read: ['key-operator'], change: ['key-operator'] },
  // Whoever operates keys does not wave away what was found about them.
  { path: /^\/admin\/keys-audit(?:\/|$)/, read: ['auditor', 'key-operator'], change: ['auditor'] },
  { path: /^\/admin\/attestation(?:\/|$)/, read: ['auditor', 'key-operator'], change: [] },
  { path: /^\/admin\/audit-events(?:\/|$)/, read: ['auditor'], change: [] },
  { path: /^\/admin\/events(?:\/|$)/, read: ['auditor'], change: [] },
  { path: /^\/admin\/(?:version|openapi\.json)$/, read: adminRoles, change: [] },
  // What the controller of Kubernetes resources is let do: clients, and none of the sessions and tokens of people.
  {
    path: /^\/admin\/clients(?:\/|$)/,
    read: ['operator', 'client-operator', 'auditor'],
    change: ['operator', 'client-operator'],
  },
  // A page that offers changes is for those who may make them.
  { path: /^\/admin\/board(?:\/|$)/, read: ['operator'], change: ['operator'] },
  { path: /^/, read: ['operator', 'auditor'], change: ['operator'] },
];

/** Health is for load balancers, which prove nothing. */
export const isOpen = (path: string) => /^\/admin\/health\/(?:alive|ready)$/.test(path);

/** A page for people: browsers ask them for a name and a password, of which only the password counts. */
export const isPage = (path: string) => /^\/admin\/board(?:\/|$)/.test(path);

/** The roles of which one must be held. */
export function rolesFor(method: string, path: string): readonly Role[] {
  const { read, change } = rules.find((rule) => rule.path.test(path)) as Rule;
  return method === 'GET' || method === 'HEAD' ? read : change;
}
