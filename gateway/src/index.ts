/** The only door of @rocket/gateway. */

export { createGateway, type Gateway, type GatewayOptions } from './gateway.ts';
export { createSupergraphGateway, type SupergraphGatewayOptions } from './standalone.ts';
export type { ShardDirectory } from './transport/shard-services.ts';
