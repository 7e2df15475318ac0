/** The only door of @rocket/gateway. */
export type { ShardDirectory } from './execution/shard-services.ts';
export { createGateway, type Gateway, type GatewayOptions } from './gateway.ts';
export { createSupergraphGateway, type SupergraphGatewayOptions } from './standalone.ts';
