/** Three hand-written subgraphs on HTTP servers, with everything that makes federation interesting. */
import { composeServices } from '@apollo/composition';
import { buildSubgraphSchema } from '@apollo/subgraph';
import { parse, runGraphql } from './graphql.ts';
import { readBody, startServer, type TestServer } from './http.ts';

const LINK = `extend schema @link(url: "https://specs.apollo.dev/federation/v2.3",
  import: ["@key", "@requires", "@provides", "@external", "@shareable"])`;

interface Definition {
  readonly sdl: string;
  readonly resolvers: Record<string, unknown>;
}

const products: Definition = {
  sdl: `${LINK}
    interface Product { id: ID! name: String! }
    type Book implements Product @key(fields: "id") { id: ID! name: String! pages: Int! weight: Int }
    type Game implements Product @key(fields: "id") { id: ID! name: String! players: Int! weight: Int }
    union Found = Book | Game
    type Query { shelves: [[Book]!]! all: [Found] products: [Product!]! found(id: ID!): Found broken: String strict: String! echo(text: String!): String! header: String }
    type Mutation { rename(id: ID!, name: String!): Book }`,
  resolvers: {
    Product: { __resolveType: typeOf },
    Found: { __resolveType: typeOf },
    Book: {
      __resolveReference: ({ id }: { id: string }) => PRODUCTS.find((product) => product.id === id) ?? null,
    },
    Game: {
      __resolveReference: ({ id }: { id: string }) => PRODUCTS.find((product) => product.id === id) ?? null,
    },
    Query: {
      shelves: () => [[PRODUCTS[0], null], [], [PRODUCTS[1], PRODUCTS[0]]],
      all: () => [PRODUCTS[2], null, PRODUCTS[0], PRODUCTS[1]],
      products: () => PRODUCTS,
      found: (_: unknown, { id }: { id: string }) => PRODUCTS.find((product) => product.id === id) ?? null,
      broken: () => {
        throw new Error('broken on purpose');
      },
      strict: () => {
        throw new Error('strict on purpose');
      },
      echo: (_: unknown, { text }: { text: string }) => text,
      header: (_source: unknown, _args: unknown, context: { authorization: string | null }) =>
        context.authorization,
    },
    Mutation: {
      rename: (_: unknown, { id, name }: { id: string; name: string }) => ({
        ...PRODUCTS.find((book) => book.id === id),
        name,
      }),
    },
  },
};

const reviews: Definition = {
  sdl: `${LINK}
    type Book @key(fields: "id") { id: ID! reviews: [Review!]! shipping: Int @external price: String @requires(fields: "shipping") }
    type Game @key(fields: "id") { id: ID! reviews: [Review!]! }
    type Review { id: ID! text: String! author: User @provides(fields: "name") about: Book }
    type User @key(fields: "id") { id: ID! name: String @external }
    type Query { reviews: [Review!]! }`,
  resolvers: {
    Book: {
      reviews: (book: { id: string }) => REVIEWS.filter((review) => review.product === book.id),
      price: (book: { shipping: number | null }) => `10 and ${book.shipping}`,
    },
    Game: { reviews: (game: { id: string }) => REVIEWS.filter((review) => review.product === game.id) },
    Review: {
      author: (review: { author: string | null }) =>
        review.author === null ? null : { id: review.author, name: `provided ${review.author}` },
      about: (review: { product: string }) => ({ id: review.product }),
    },
    Query: { reviews: () => REVIEWS },
  },
};

const shipping: Definition = {
  sdl: `${LINK}
    type Book @key(fields: "id") { id: ID! weight: Int @external shipping: Int @requires(fields: "weight") stock: Int }
    type User @key(fields: "id") { id: ID! name: String @shareable city: String }
    type Query { me: User }
    type Mutation { move(city: String!): User }`,
  resolvers: {
    Book: {
      shipping: (book: { weight: number | null }) => (book.weight ?? 0) * 2,
      stock: (book: { id: string }) => {
        if (book.id === 'b2') throw new Error('no stock known');
        return 7;
      },
    },
    User: {
      // An entity that its subgraph does not know.
      __resolveReference: ({ id }: { id: string }) =>
        id === 'u2' ? null : { id, name: 'Ada', city: 'London' },
    },
    Query: { me: () => ({ id: 'u1', name: 'Ada', city: 'London' }) },
    Mutation: { move: (_: unknown, { city }: { city: string }) => ({ id: 'u1', name: 'Ada', city }) },
  },
};

const PRODUCTS = [
  { id: 'b1', name: 'Dune', pages: 600, weight: 5 },
  { id: 'b2', name: 'Emma', pages: 400, weight: null },
  { id: 'g1', name: 'Go', players: 2, weight: 9 },
];
const REVIEWS = [
  { id: 'r1', text: 'good', product: 'b1', author: 'u1' },
  { id: 'r2', text: 'long', product: 'b1', author: 'u2' },
  { id: 'r3', text: 'old', product: 'g1', author: null },
  { id: 'r4', text: 'gone', product: 'b9', author: 'u1' },
];

function typeOf(product: object): string {
  return 'pages' in product ? 'Book' : 'Game';
}

export interface Subgraphs {
  readonly supergraphSdl: string;
  readonly servers: {
    readonly products: TestServer;
    readonly reviews: TestServer;
    readonly shipping: TestServer;
  };
  close(): Promise<void>;
}

export async function startSubgraphs(): Promise<Subgraphs> {
  const servers = {
    products: await startSubgraph(products),
    reviews: await startSubgraph(reviews),
    shipping: await startSubgraph(shipping),
  };
  const composed = composeServices([
    { name: 'products', url: `${servers.products.url}/graphql`, typeDefs: parse(products.sdl) },
    { name: 'reviews', url: `${servers.reviews.url}/graphql`, typeDefs: parse(reviews.sdl) },
    { name: 'shipping', url: `${servers.shipping.url}/graphql`, typeDefs: parse(shipping.sdl) },
  ]);
  if (composed.errors !== undefined)
    throw new Error(composed.errors.map((error) => error.message).join('\n'));
  return {
    supergraphSdl: composed.supergraphSdl,
    servers,
    close: async () => {
      await Promise.all(Object.values(servers).map((server) => server.close()));
    },
  };
}

async function startSubgraph({ sdl, resolvers }: Definition): Promise<TestServer> {
  const schema = buildSubgraphSchema([{ typeDefs: parse(sdl), resolvers: resolvers as never }]);
  return await startServer(async (request, response) => {
    const { query, variables, operationName } = JSON.parse(await readBody(request)) as {
      query: string;
      variables?: Record<string, unknown>;
      operationName?: string;
    };
    const result = await runGraphql({
      schema,
      source: query,
      contextValue: { authorization: request.headers.authorization ?? null },
      variableValues: variables ?? null,
      operationName: operationName ?? null,
    });
    response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(result));
  });
}
