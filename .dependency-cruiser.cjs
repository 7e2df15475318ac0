/** The layers of the product, lowest first: each may use only those in its list. */
const ALLOWED = {
  schema: [],
  platform: ['schema'],
  subgraphs: ['schema', 'platform'],
  gateway: ['schema', 'platform'],
  cli: ['schema', 'platform', 'subgraphs', 'gateway'],
};
const ALL = Object.keys(ALLOWED);

const layerRules = ALL.map((layer) => ({
  name: `${layer}-depends-only-downwards`,
  comment: `${layer} may use ${ALLOWED[layer].join(', ') || 'no other package of this repository'}`,
  severity: 'error',
  from: { path: `^${layer}/src/` },
  to: {
    path: `^(${[...ALL, 'tests', 'bench'].filter((p) => p !== layer && !ALLOWED[layer].includes(p)).join('|')})/`,
  },
}));

/** A package is entered by its index alone, from other packages' sources. */
const doorRules = ALL.map((layer) => ({
  name: `${layer}-has-one-door`,
  comment: `import @rocket/${layer}, not a file inside it`,
  severity: 'error',
  from: { path: `^(${ALL.filter((p) => p !== layer).join('|')})/src/` },
  to: { path: `^${layer}/src/`, pathNot: `^${layer}/src/index\\.ts$` },
}));

module.exports = {
  forbidden: [
    {
      name: 'no-cycles',
      severity: 'error',
      from: {},
      to: { circular: true },
    },
    {
      name: 'no-unresolvable',
      severity: 'error',
      from: {},
      // That package holds types alone, so there is no file to resolve to.
      to: { couldNotResolve: true, pathNot: '^@graphql-typed-document-node/core$' },
    },
    {
      name: 'schema-is-pure',
      comment: 'schema holds functions of their arguments: no files, sockets, processes or databases',
      severity: 'error',
      from: { path: '^schema/src/' },
      to: {
        dependencyTypes: ['core'],
        path: '^(node:)?(fs|net|http|https|child_process|os|dgram|tls|worker_threads)',
      },
    },
    ...layerRules,
    ...doorRules,
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    // bench/postgraphile is a package that is installed only where it is measured.
    exclude: { path: '(^|/)(node_modules|generated)/|^bench/postgraphile/' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'node', 'default'],
      extensions: ['.ts', '.js', '.cjs', '.json'],
    },
  },
};
