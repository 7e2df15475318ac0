/** The answer at `/`: where everything is, as a page for a browser and as JSON for anything else. */
import type { HttpAnswer } from '@rocket/platform';
import type { AppName } from '@rocket/schema';
import { prefersHtml } from './accept.ts';
import { jsonAnswer, NO_STORE } from './answer.ts';
import { escapeHtml, htmlAnswer } from './html-answer.ts';
import type { ListedGraph } from './list-graphs.ts';
import { ADMIN_PATH, AUTH_PATHS, graphPath, OPERATOR_PATHS } from './routes.ts';

export interface HomeContent {
  /** Null when the caller may not know which graphs there are. */
  readonly graphs: readonly ListedGraph[] | null;
  /** Whether there are login and administration here; a gateway of a finished supergraph has neither. */
  readonly signIn: boolean;
}

/** The guides, in the folder of the product: its pages load nothing, and link to nothing, on other hosts. */
const GUIDES = [
  { file: 'docs/front-end.md', about: 'queries, filters, pages and changes' },
  { file: 'docs/integrators.md', about: 'tokens, HTTP, errors and their codes' },
  { file: 'docs/admin.md', about: 'settings, the command line, operation' },
  { file: 'docs/metadata.md', about: 'the documents that apps are made of' },
] as const;

/** The answer depends on the caller and the Accept header. */
const PERSONAL = { ...NO_STORE, vary: 'Accept, Authorization' };

export function homeAnswer(accept: string | undefined, content: HomeContent): HttpAnswer {
  return prefersHtml(accept)
    ? htmlAnswer(pageOf(content), PERSONAL)
    : jsonAnswer(200, listOf(content), PERSONAL);
}

function listOf({ graphs, signIn }: HomeContent): Readonly<Record<string, unknown>> {
  return {
    name: 'Rocket Graph',
    graphs:
      graphs?.map(({ key, apps }) => ({
        ...(key.kind === 'app' ? { app: key.app } : { graph: key.graph }),
        path: graphPath(key),
        apps,
      })) ?? null,
    ...(signIn ? { admin: ADMIN_PATH, ...AUTH_PATHS } : {}),
    ...OPERATOR_PATHS,
    documentation: GUIDES.map(({ file }) => file),
  };
}

function pageOf(content: HomeContent): string {
  return `<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8" />
    <meta name="viewport" content="width=device-width, initial-scale=1" />
    <title>Rocket Graph</title>
    <link rel="icon" href="data:," />
    <style>${STYLE}</style>
  </head>
  <body>
    <h1>Rocket Graph</h1>
    <p>Each address of a graph answers GraphQL requests; opened in a browser it is GraphiQL, with the documentation
      of its schema.</p>
    <h2>Graphs</h2>
    ${graphsOf(content)}
    <h2>Documentation</h2>
    <p>In the folder of the product, where README.md is the beginning:</p>
    <ul>${GUIDES.map(({ file, about }) => `<li><code>${file}</code> ${about}</li>`).join('')}</ul>
    <h2>Operation</h2>
    <ul>${operationOf(content).join('')}</ul>
  </body>
</html>
`;
}

function graphsOf({ graphs, signIn }: HomeContent): string {
  if (graphs === null) return '<p>This platform does not tell strangers which graphs it has.</p>';
  const rows = graphs.map(({ key, apps }) => {
    const path = graphPath(key);
    const name = key.kind === 'app' ? `app ${key.app}` : `graph ${key.graph}`;
    return `<tr><td>${escapeHtml(name)}</td><td>${linkTo(path)}</td><td>${appsText(apps)}</td></tr>`;
  });
  const isEmpty = signIn && !graphs.some(({ key }) => key.kind === 'app');
  const advice = '<p>There are no apps yet: <code>rocket app import NAME FILE</code> adds one.</p>';
  return `<table>
      <thead><tr><th>Name</th><th>GraphiQL</th><th>Apps in it</th></tr></thead>
      <tbody>${rows.join('')}</tbody>
    </table>${isEmpty ? advice : ''}`;
}

function appsText(apps: readonly AppName[] | null): string {
  return apps === null ? 'all' : escapeHtml(apps.join(', '));
}

function operationOf({ signIn }: HomeContent): string[] {
  const administration = signIn ? [`<li>${linkTo(ADMIN_PATH)} administration</li>`] : [];
  return [
    ...administration,
    `<li>${linkTo(OPERATOR_PATHS.health)} whether the process is alive</li>`,
    `<li>${linkTo(OPERATOR_PATHS.ready)} whether it can serve</li>`,
    `<li>${OPERATOR_PATHS.metrics} figures for Prometheus, with a token</li>`,
  ];
}

function linkTo(path: string): string {
  return `<a href="${escapeHtml(path)}">${escapeHtml(path)}</a>`;
}

const STYLE = `
  :root { color-scheme: light dark; }
  body { max-width: 60rem; margin: 2rem auto; padding: 0 1rem; font: 16px/1.5 system-ui, sans-serif; }
  table { border-collapse: collapse; }
  th, td { padding: .3rem 1.5rem .3rem 0; text-align: left; border-bottom: 1px solid light-dark(#e4e7ec, #33405a); }
  code, a { font-family: ui-monospace, monospace; }
`;
