// Reads the servers out of a PostgreSQL URL that names several, as libpq does (PostgreSQL manual, "Connection URIs").

export interface PostgresHost {
  readonly host: string;
  readonly port: number;
}

export interface PostgresHosts {
  /** The same URL for one server, which is all that the driver can read. */
  readonly url: string;
  /** All servers, when there are several; empty when the URL names one. */
  readonly hosts: readonly PostgresHost[];
}

const shape = /^(postgres(?:ql)?:\/\/)((?:[^/?#]*@)?)([^/?#@]*)([^?#]*)\??([^#]*)$/;
const defaultPort = 5432;

/**
 * Both spellings: `postgres://user@a:5432,b:5433/db` and `postgres:///db?host=a,b&port=5432,5433`.
 *
 * @throws {Error} with words for an operator, which never repeat the URL: it holds a password
 */
export function postgresHosts(dsn: string): PostgresHosts {
  const [, scheme, user = '', authority = '', path = '', query = ''] = shape.exec(dsn) ?? [];
  if (scheme === undefined) return { url: dsn, hosts: [] };
  const parameters = new URLSearchParams(query);
  const attributes = parameters.get('target_session_attrs');
  if (attributes !== null && attributes !== 'read-write' && attributes !== 'primary') {
    throw new Error(
      'target_session_attrs can only be read-write or primary: standbys may know tokens that were revoked',
    );
  }
  const named = parameters.get('host') ?? authority;
  if (!named.includes(',')) return { url: dsn, hosts: [] };

  const names = named.split(',');
  const ports = parameters.get('port')?.split(',') ?? [];
  if (ports.length > 1 && ports.length !== names.length) throw new Error('there must be as many ports as hosts');
  const hosts = names.map((name, index) => hostOf(name, ports[index] ?? ports[0]));
  for (const read of ['host', 'port', 'target_session_attrs']) parameters.delete(read);
  const rest = parameters.size > 0 ? `?${parameters.toString()}` : '';
  const [first] = hosts;
  return { url: `${scheme}${user}${spelled(first as PostgresHost)}${path}${rest}`, hosts };
}

/** As in URLs: IPv6 addresses stand in brackets. */
export function spelled({ host, port }: PostgresHost): string {
  return `${host.includes(':') ? `[${host}]` : host}:${port}`;
}

function hostOf(text: string, port: string | undefined): PostgresHost {
  const [, bracketed, plain, own] = /^(?:\[([\da-fA-F:.]+)\]|([^:[\]]+))(?::(\d+))?$/.exec(text.trim()) ?? [];
  const host = bracketed ?? plain;
  const number = Number(own ?? port ?? defaultPort);
  if (host === undefined || number < 1 || number > 65_535) throw new Error('a host is empty, or its port is no number');
  return { host, port: number };
}
