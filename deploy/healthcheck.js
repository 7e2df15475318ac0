// Exit code 0 when this container's process answers. Asks /health and not /ready: a database that is away for a while
// must take the process out of rotation, not have it restarted.
const PROBE_TIMEOUT_MS = 2000;
const port = process.env.PORT ?? '4000';

try {
  const response = await fetch(`http://127.0.0.1:${port}/health`, {
    signal: AbortSignal.timeout(PROBE_TIMEOUT_MS),
  });
  process.exitCode = response.ok ? 0 : 1;
} catch (error) {
  process.stderr.write(`${error}\n`);
  process.exitCode = 1;
}
