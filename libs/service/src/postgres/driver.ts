// What of the PostgreSQL driver is needed to choose its server; the driver itself stays in the rooms that own it.

/** `pg.Client`, as far as it is looked into here: beside its documented face, the connection below it. */
export interface DriverClient {
  host: string;
  port: number;
  connect(done: (error: Error | null | undefined) => void): unknown;
  query(...parameters: unknown[]): unknown;
  end(): Promise<void>;
  on(event: 'notice', listener: (notice: { routine?: string | undefined }) => void): unknown;
  on(event: 'error', listener: () => void): unknown;
  once(event: 'end', listener: () => void): unknown;
  connection: {
    readonly stream: { destroy(error?: Error): void };
    on(
      event: 'parameterStatus',
      listener: (status: { parameterName: string; parameterValue: string }) => void,
    ): unknown;
    emit(event: 'error', error: Error): boolean;
  };
}

export interface DriverPool {
  on(event: 'error', listener: (error: Error) => void): unknown;
  on(event: 'release', listener: (error: Error | boolean | undefined) => void): unknown;
}
