const ANY_ADDRESS = new Set(['0.0.0.0', '::', '']);

/** Base URL for a reader on this machine. */
export function shownUrl(host: string, port: number): string {
  return `http://${ANY_ADDRESS.has(host) ? 'localhost' : inUrl(host)}:${port}`;
}

/** Base URL for processes on this machine: `localhost` may mean an address that nobody listens on. */
export function loopbackUrl(host: string, port: number): string {
  return `http://${ANY_ADDRESS.has(host) ? '127.0.0.1' : inUrl(host)}:${port}`;
}

function inUrl(host: string): string {
  return host.includes(':') ? `[${host}]` : host;
}
