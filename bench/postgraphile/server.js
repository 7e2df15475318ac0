/**
 * PostGraphile 5 as its documentation sets it up for production: Node's own HTTP server, no watching, no GraphiQL.
 * Lists are plain lists, since all sides return them so; relations are the foreign keys of the database.
 * Usage: DATABASE_URL=... PORT=... node server.js
 */
import { createServer } from 'node:http';
import { postgraphile } from 'postgraphile';
import { TYPES } from 'postgraphile/@dataplan/pg';
import { makePgService } from 'postgraphile/adaptors/pg';
import { grafserv } from 'postgraphile/grafserv/node';
import { PostGraphileAmberPreset } from 'postgraphile/presets/amber';
import { peerSettings } from '../src/peers/peer-settings.ts';

const { databaseUrl, port, poolSize } = peerSettings();

/**
 * The engine's own tables have a column of this type, of which PostGraphile would warn; nobody asks for it.
 * @type {GraphileConfig.Plugin}
 */
const TransactionIds = {
  name: 'TransactionIds',
  version: '1.0.0',
  gather: {
    hooks: {
      pgCodecs_findPgCodec(_info, event) {
        if (event.pgType.typname === 'xid8') event.pgCodec = TYPES.text;
      },
    },
  },
};

const instance = postgraphile({
  extends: [PostGraphileAmberPreset],
  plugins: [TransactionIds],
  pgServices: [
    makePgService({
      connectionString: databaseUrl,
      schemas: ['public'],
      poolConfig: { max: poolSize },
      pubsub: false,
    }),
  ],
  schema: { defaultBehavior: '-connection +list' },
  grafserv: { graphqlPath: '/graphql', graphiql: false, watch: false, websockets: false },
  grafast: { explain: false },
});

const server = createServer();
server.on('error', (error) => {
  console.error(error);
  process.exit(1);
});
await instance.createServ(grafserv).addTo(server);
server.listen(port, '127.0.0.1');
