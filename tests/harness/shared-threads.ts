/**
 * The threads of all gateways that the tests of one process start. A new thread loads graphql and the libraries of
 * federation, and compiles them again while it works: half of the time of a test's gateway went into that.
 */
import { createGatewayThreads } from '@rocket/gateway';

/** Longer than a process waits between two tests with a gateway. */
const IDLE_MS = 600_000;

/** They end with the process, as Vitest tells nobody which of its files is the last. */
export const SHARED_THREADS = createGatewayThreads({ planners: 1, idleMs: IDLE_MS });
