/** Asks the server to cancel what a connection is running. The request needs a connection of its own. */
import pg from 'pg';

const CANCEL_TIMEOUT_MS = 2_000;

/** Properties of pg's classes that their typings leave out. */
interface BackendKey {
  readonly processID: number;
  readonly secretKey: number;
}
interface CancelConnection {
  connect(port: number | string, host?: string): void;
  requestSsl(): void;
  cancel(processId: number, secretKey: number): void;
}

/**
 * Resolves when the server has received the request, which it shows by closing the connection. A failure is not
 * reported because it changes nothing: the caller no longer waits, and the connection is closed afterwards anyway.
 */
export async function requestCancel(client: pg.Client): Promise<void> {
  const settings = { ssl: client.ssl, sslNegotiation: negotiationOf(client) };
  const connection = new pg.Connection(settings);
  if (!hasKey(client) || !canCancel(connection)) return;
  const done = Promise.withResolvers<void>();
  const timer = setTimeout(done.resolve, CANCEL_TIMEOUT_MS);
  const send = (): void => connection.cancel(client.processID, client.secretKey);
  connection.on('error', () => done.resolve());
  connection.on('end', () => done.resolve());
  connection.on('sslconnect', send);
  connection.on('connect', () => {
    if (!client.ssl) send();
    else if (settings.sslNegotiation !== 'direct') connection.requestSsl();
  });
  if (client.host.startsWith('/')) connection.connect(`${client.host}/.s.PGSQL.${client.port}`);
  else connection.connect(client.port, client.host);
  try {
    await done.promise;
  } finally {
    clearTimeout(timer);
    connection.stream.destroy();
  }
}

function hasKey(client: object): client is BackendKey {
  return (
    'processID' in client &&
    typeof client.processID === 'number' &&
    'secretKey' in client &&
    typeof client.secretKey === 'number'
  );
}

function canCancel(connection: object): connection is CancelConnection {
  return 'connect' in connection && 'requestSsl' in connection && 'cancel' in connection;
}

function negotiationOf(client: object): unknown {
  return 'sslNegotiation' in client ? client.sslNegotiation : undefined;
}
