#!/usr/bin/env node
// Plain JavaScript that old Nodes parse: it finds a Node that can run the TypeScript sources, then steps aside.
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import nodeModule from 'node:module';
import { constants } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const NEEDED_MAJOR = 24;
const RELAUNCHED = 'ROCKET_RELAUNCHED';
const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'];
/** Commands that run until a signal ends them. */
const SERVERS = new Set(['start', 'gateway', 'shard', 'worker']);
const here = fileURLToPath(import.meta.url);
/** Beside the packages it is of: a cache in a folder that others can write would be code of theirs. */
const COMPILE_CACHE = join(dirname(here), '../../node_modules/.cache/rocket');

if (Number.parseInt(process.versions.node, 10) >= NEEDED_MAJOR) await run();
else relaunch();

async function run() {
  // Both are read when the packages are imported.
  process.env.APOLLO_TELEMETRY_DISABLED = '1';
  process.env.NODE_ENV ??= 'production';
  hideExperimentalWarnings();
  keepCompiled();
  if (process.env[RELAUNCHED] !== undefined) followLauncher();
  if (SERVERS.has(process.argv[2])) stopWhileLoading();
  await import('../src/main.ts');
}

/** Halves the start time of a command. If the folder is not writable, everything is compiled as without it. */
function keepCompiled() {
  const { directory } = nodeModule.enableCompileCache(COMPILE_CACHE);
  // For worker threads, which start without the cache.
  if (directory !== undefined) process.env.NODE_COMPILE_CACHE ??= COMPILE_CACHE;
}

/** They are about our own choice of Node features, which is nothing to the user; all other warnings stay. */
function hideExperimentalWarnings() {
  const emit = process.emit;
  process.emit = function emitUnlessExperimental(event, ...rest) {
    if (event === 'warning' && rest[0]?.name === 'ExperimentalWarning') return false;
    return emit.call(this, event, ...rest);
  };
}

/**
 * Loading the packages of a server takes a moment, in which there is nothing to stop: a signal then ends the process
 * normally. The server's own handlers replace these.
 */
function stopWhileLoading() {
  for (const signal of SIGNALS) process.on(signal, () => process.exit(0));
}

/** A launcher that was killed cannot pass on anything; its end shows as the end of this channel. */
function followLauncher() {
  delete process.env[RELAUNCHED];
  process.on('disconnect', () => process.kill(process.pid, 'SIGTERM'));
  process.channel?.unref();
}

function relaunch() {
  const node = findPinnedNode(dirname(here));
  if (node === undefined) {
    process.stderr.write(
      `rocket: Node ${NEEDED_MAJOR} is needed, this is ${process.version}. Run \`npm install\`, which brings it along.\n`,
    );
    process.exit(1);
  }
  const child = spawn(node, [...process.execArgv, here, ...process.argv.slice(2)], {
    stdio: ['inherit', 'inherit', 'inherit', 'ipc'],
    env: { ...process.env, [RELAUNCHED]: '1' },
  });
  for (const signal of SIGNALS) process.on(signal, () => child.kill(signal));
  child.on('error', (error) => {
    process.stderr.write(`rocket: cannot run ${node}: ${error.message}\n`);
    process.exit(1);
  });
  // As shells do: a child that a signal ended has no exit code.
  child.on('exit', (code, signal) => process.exit(code ?? 128 + (constants.signals[signal] ?? 0)));
}

/** In the nearest `node_modules` that has it: workspaces and installs under another package differ in where that is. */
function findPinnedNode(from) {
  for (const name of ['node', 'node.exe']) {
    const candidate = join(from, 'node_modules', 'node', 'bin', name);
    if (existsSync(candidate)) return candidate;
  }
  const parent = dirname(from);
  return parent === from ? undefined : findPinnedNode(parent);
}
