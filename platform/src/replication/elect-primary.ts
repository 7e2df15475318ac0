import type { ClusterIdentity, ServerState } from './replication.ts';

interface Candidate {
  readonly url: string;
  readonly state: ServerState;
}

/**
 * Decides which server is written to. A pure function, so that it can be tested thoroughly: writes go to the server on
 * the highest timeline ever seen, because each promotion starts a higher one, and never to another cluster.
 *
 * A primary that does not answer stays the primary until another server is seen as primary: the failure may be
 * temporary, and writes to it fail by themselves.
 * @param servers the registered primary first: it decides as long as nothing is known of the cluster
 */
export function electPrimary(input: {
  servers: readonly Candidate[];
  cluster: ClusterIdentity | null;
  current: string | null;
}): { primary: string | null; cluster: ClusterIdentity | null } {
  const { servers, cluster, current } = input;
  const systemId = cluster?.systemId ?? systemIdOf(servers[0]);
  if (systemId === null) return { primary: current, cluster };
  let best: { url: string; timeline: number } | null = null;
  for (const { url, state } of servers) {
    if (state.kind !== 'up' || state.inRecovery || state.systemId !== systemId) continue;
    if (state.timeline < (cluster?.timeline ?? 0)) continue;
    // Two primaries on one timeline are one server at two addresses: the one in use is kept.
    const preferred = best === null || state.timeline > best.timeline;
    if (preferred || (state.timeline === best?.timeline && url === current)) {
      best = { url, timeline: state.timeline };
    }
  }
  if (best !== null) return { primary: best.url, cluster: { systemId, timeline: best.timeline } };
  const stays = servers.some(({ url, state }) => url === current && state.kind !== 'up');
  return { primary: stays ? current : null, cluster };
}

function systemIdOf(server: Candidate | undefined): string | null {
  return server?.state.kind === 'up' ? server.state.systemId : null;
}
