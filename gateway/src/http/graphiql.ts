import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';
import type { HttpAnswer } from '@rocket/platform';
import { RocketError } from '@rocket/schema';
import { etagOf, unlessFresh } from './conditional.ts';
import { escapeHtml, htmlAnswer } from './html-answer.ts';

/** Where the page's own files are; nothing is loaded from anywhere else. */
export const GRAPHIQL_PATH = '/graphiql/';

/** Signing in: `start.js` posts it to `/auth/login` and sends the token with every request of the page. */
function sessionForm(proposedEmail: string | null): string {
  const isProposed = proposedEmail !== null;
  const email = isProposed ? ` value="${escapeHtml(proposedEmail)}"` : '';
  const password = isProposed ? 'Password (the start printed it)' : 'Password';
  return `
    <form id="session"${isProposed ? ' data-proposed' : ''}>
      <span id="who">Not signed in</span>
      <span id="sign-in">
        <input name="app" aria-label="App" placeholder="App (blank: platform)" autocomplete="off" />
        <input name="email" aria-label="E-mail" placeholder="E-mail" autocomplete="username" required${email} />
        <input name="password" type="password" size="${isProposed ? 30 : 20}" aria-label="Password" placeholder="${password}" autocomplete="current-password" required />
        <button>Sign in</button>
      </span>
      <button id="sign-out" type="button" hidden>Sign out</button>
      <output></output>
    </form>`;
}

const pageOf = ({ signIn, proposedEmail = null }: GraphiqlOptions): string => `<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8" />
    <meta name="viewport" content="width=device-width, initial-scale=1" />
    <title>Rocket Graph</title>
    <link rel="icon" href="data:," />
    <link rel="stylesheet" href="${GRAPHIQL_PATH}graphiql.css" />
    <link rel="stylesheet" href="${GRAPHIQL_PATH}page.css" />
  </head>
  <body id="body" class="no-focus-outline">
    <noscript>GraphiQL needs JavaScript.</noscript>${signIn ? sessionForm(proposedEmail) : ''}
    <div id="root"></div>
    <script src="${GRAPHIQL_PATH}workers.js"></script>
    <script src="${GRAPHIQL_PATH}graphiql.js"></script>
    <script src="${GRAPHIQL_PATH}graphql-sse.js"></script>
    <script src="${GRAPHIQL_PATH}follow-subscription.js"></script>
    <script src="${GRAPHIQL_PATH}starter.js"></script>
    <script src="${GRAPHIQL_PATH}start.js" type="module"></script>
  </body>
</html>
`;

const WORKERS_SCRIPT = `self.MonacoEnvironment = {
  globalAPI: false,
  getWorkerUrl: (_moduleId, label) => '${GRAPHIQL_PATH}' + label + '.worker.js',
};
`;

const require = createRequire(import.meta.url);
/** The library's build for pages, which it does not export by a name. */
const GRAPHQL_SSE = new URL('../umd/graphql-sse.min.js', pathToFileURL(require.resolve('graphql-sse')));

interface Asset {
  readonly type: string;
  readonly body: Buffer;
  readonly etag: string;
}

export interface GraphiqlOptions {
  /** Whether there is a login here that the page can offer. */
  readonly signIn: boolean;
  /** Platform user whom the login proposes; for a start on a developer's own machine. */
  readonly proposedEmail?: string | null;
}

export interface Graphiql {
  page(): HttpAnswer;
  /** @throws RocketError `NOT_FOUND` */
  asset(name: string, ifNoneMatch: string | undefined): Promise<HttpAnswer>;
}

/** The page is small; its script of several MB is loaded into memory when a browser first asks for it. */
export function createGraphiql(options: GraphiqlOptions): Graphiql {
  const page = pageOf(options);
  let assets: Promise<ReadonlyMap<string, Asset>> | null = null;
  return {
    page: () => htmlAnswer(page),
    async asset(name, ifNoneMatch) {
      assets ??= loadAssets();
      const asset = (await assets).get(name);
      if (asset === undefined) throw new RocketError('NOT_FOUND');
      const headers = { 'content-type': asset.type, etag: asset.etag, 'cache-control': 'no-cache' };
      return unlessFresh({ status: 200, headers, body: asset.body }, { method: 'GET', ifNoneMatch });
    },
  };
}

async function loadAssets(): Promise<ReadonlyMap<string, Asset>> {
  const own = (name: string) => readFile(new URL(`./graphiql/${name}`, import.meta.url), 'utf8');
  const source = await import('@graphql-yoga/render-graphiql/graphiql');
  const script = 'text/javascript; charset=utf-8';
  return new Map([
    ['graphiql.js', asset(script, source.js)],
    ['graphiql.css', asset('text/css; charset=utf-8', source.css)],
    ['editorWorkerService.worker.js', asset(script, source.editorWorkerService)],
    ['json.worker.js', asset(script, source.jsonWorker)],
    ['graphql.worker.js', asset(script, source.graphqlWorker)],
    ['workers.js', asset(script, WORKERS_SCRIPT)],
    ['graphql-sse.js', asset(script, await readFile(GRAPHQL_SSE, 'utf8'))],
    ['follow-subscription.js', asset(script, await own('follow-subscription.js'))],
    ['starter.js', asset(script, await own('starter.js'))],
    ['start.js', asset(script, await own('start.js'))],
    ['page.css', asset('text/css; charset=utf-8', await own('page.css'))],
  ]);
}

function asset(type: string, text: string): Asset {
  const body = Buffer.from(text);
  return { type, body, etag: etagOf(body) };
}
