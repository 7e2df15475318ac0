import { createHash } from 'node:crypto';
import type { HttpAnswer } from '@rocket/platform';
import { RocketError } from '@rocket/schema';

/** Where the page's own files are; nothing is loaded from anywhere else, and the content policy forbids it. */
export const GRAPHIQL_PATH = '/graphiql/';

const CONTENT_POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self' 'unsafe-inline'",
  "img-src 'self' data:",
  "font-src 'self' data:",
  "connect-src 'self'",
  "worker-src 'self' blob:",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

const PAGE = `<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8" />
    <meta name="viewport" content="width=device-width, initial-scale=1" />
    <title>Rocket Graph</title>
    <link rel="icon" href="data:," />
    <link rel="stylesheet" href="${GRAPHIQL_PATH}graphiql.css" />
  </head>
  <body id="body" class="no-focus-outline">
    <noscript>GraphiQL needs JavaScript.</noscript>
    <div id="root"></div>
    <script src="${GRAPHIQL_PATH}workers.js"></script>
    <script src="${GRAPHIQL_PATH}graphiql.js"></script>
    <script src="${GRAPHIQL_PATH}start.js"></script>
  </body>
</html>
`;

const WORKERS_SCRIPT = `self.MonacoEnvironment = {
  globalAPI: false,
  getWorkerUrl: (_moduleId, label) => '${GRAPHIQL_PATH}' + label + '.worker.js',
};
`;

/** An empty Authorization header is accepted as none, so the page can read the schema before a token is put in. */
const START_SCRIPT = `YogaGraphiQL.renderYogaGraphiQL(document.querySelector('#root'), {
  title: 'Rocket Graph',
  endpoint: location.pathname,
  credentials: 'same-origin',
  shouldPersistHeaders: false,
  isHeadersEditorEnabled: true,
  headers: JSON.stringify({ Authorization: '' }, null, 2),
  defaultQuery:
    '# The button at the upper left opens the documentation.\\n' +
    '# To sign in, send POST /auth/login and put "Bearer <accessToken>" into Authorization, in the tab Headers below.\\n\\n' +
    '{\\n  __typename\\n}\\n',
});
`;

interface Asset {
  readonly type: string;
  readonly body: Buffer;
  readonly etag: string;
}

export interface Graphiql {
  page(): HttpAnswer;
  /** @throws RocketError `NOT_FOUND` */
  asset(name: string, ifNoneMatch: string | undefined): Promise<HttpAnswer>;
}

/** The page is small; its script of several MB is loaded into memory when a browser first asks for it. */
export function createGraphiql(): Graphiql {
  let assets: Promise<ReadonlyMap<string, Asset>> | null = null;
  return {
    page: () => ({
      status: 200,
      headers: {
        'content-type': 'text/html; charset=utf-8',
        'content-security-policy': CONTENT_POLICY,
        'cache-control': 'no-cache',
        'referrer-policy': 'no-referrer',
      },
      body: PAGE,
    }),
    async asset(name, ifNoneMatch) {
      assets ??= loadAssets();
      const asset = (await assets).get(name);
      if (asset === undefined) throw new RocketError('NOT_FOUND');
      const headers = { 'content-type': asset.type, etag: asset.etag, 'cache-control': 'no-cache' };
      return ifNoneMatch === asset.etag
        ? { status: 304, headers, body: '' }
        : { status: 200, headers, body: asset.body };
    },
  };
}

async function loadAssets(): Promise<ReadonlyMap<string, Asset>> {
  const source = await import('@graphql-yoga/render-graphiql/graphiql');
  const script = 'text/javascript; charset=utf-8';
  return new Map([
    ['graphiql.js', asset(script, source.js)],
    ['graphiql.css', asset('text/css; charset=utf-8', source.css)],
    ['editorWorkerService.worker.js', asset(script, source.editorWorkerService)],
    ['json.worker.js', asset(script, source.jsonWorker)],
    ['graphql.worker.js', asset(script, source.graphqlWorker)],
    ['workers.js', asset(script, WORKERS_SCRIPT)],
    ['start.js', asset(script, START_SCRIPT)],
  ]);
}

function asset(type: string, text: string): Asset {
  const body = Buffer.from(text);
  return { type, body, etag: `"${createHash('sha256').update(body).digest('base64url')}"` };
}
