/** The only door of @rocket/gateway. */

export { createGateway, type Gateway } from './gateway.ts';
export type { GatewayOptions } from './gateway-parts.ts';
export { createGatewayThreads, type GatewayThreads, type GatewayThreadsOptions } from './gateway-threads.ts';
export { createSupergraphGateway, type SupergraphGatewayOptions } from './standalone.ts';
export type { ShardDirectory } from './transport/shard-services.ts';
