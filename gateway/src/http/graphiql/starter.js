/** Runs in the browser: makes the query that a new tab begins with, from the schema, so that it runs as it stands. */

const ROOT_LIMIT = 5;
const RELATED_LIMIT = 3;
const SHOWN_FIELDS = 4;
/** Whether types are related is looked at among the first of them. */
const LOOKED_AT_TYPES = 3;

const TYPE = 'kind name ofType { kind name ofType { kind name ofType { kind name } } }';
const FIELDS = `fields { name args { name type { kind } defaultValue } type { ${TYPE} } }`;

/** The named type inside, and whether it comes as a list. */
function readType({ kind, name, ofType }) {
  if (kind !== 'LIST' && kind !== 'NON_NULL') return { kind, name, isList: false };
  const inner = readType(ofType);
  return kind === 'LIST' ? { ...inner, isList: true } : inner;
}

/** Fields that can be asked for without arguments, with their types read. */
function askable(fields) {
  return fields
    .filter(({ args }) =>
      args.every(({ type, defaultValue }) => type.kind !== 'NON_NULL' || defaultValue !== null),
    )
    .map((field) => ({ ...field, type: readType(field.type) }));
}

const isRecords = ({ type }) => type.isList && type.kind === 'OBJECT';

/** Names of plain values; keys tell a reader least, so they are taken only where there is nothing else. */
function plainNames(fields) {
  const plain = fields.filter(({ type }) => type.kind === 'SCALAR' || type.kind === 'ENUM');
  const telling = plain.filter(({ type }) => type.name !== 'ID');
  const shown = (telling.length > 0 ? telling : plain).slice(0, SHOWN_FIELDS).map(({ name }) => name);
  return shown.length > 0 ? shown : ['__typename'];
}

/** The app's own first: the names of its neighbours' types begin with the app they are from. */
function ownFirst(roots, neighbours) {
  const prefixes = neighbours.map((app) => app.replaceAll('_', ''));
  const isForeign = ({ type }) => prefixes.some((prefix) => type.name.toLowerCase().startsWith(prefix));
  return [...roots.filter((root) => !isForeign(root)), ...roots.filter(isForeign)];
}

function head({ name, args }, limit) {
  return args.some((argument) => argument.name === 'limit') ? `${name}(limit: ${limit})` : name;
}

function write(root, fields, related) {
  const inner =
    related === undefined
      ? []
      : [
          `    ${head(related.field, RELATED_LIMIT)} {`,
          ...plainNames(related.fields).map((name) => `      ${name}`),
          '    }',
        ];
  const names = plainNames(fields).map((name) => `    ${name}`);
  return ['query Start {', `  ${head(root, ROOT_LIMIT)} {`, ...names, ...inner, '  }', '}', ''].join('\n');
}

/**
 * A query for the first records that the schema lists, with related ones inside where there are any. Null where the
 * schema cannot be read or lists none. `send` posts GraphQL parameters and resolves with the answer; `neighbours` are
 * the apps of the graph that it is not the home of.
 */
globalThis.makeStarterQuery = async (send, neighbours) => {
  const { data: schema } = await send({ query: `{ __schema { queryType { ${FIELDS} } } }` });
  if (schema === undefined || schema === null) return null;
  const lists = askable(schema.__schema.queryType.fields).filter(isRecords);
  const roots = ownFirst(lists, neighbours).slice(0, LOOKED_AT_TYPES);
  if (roots.length === 0) return null;
  const parts = roots.map(({ type }, index) => `t${index}: __type(name: "${type.name}") { ${FIELDS} }`);
  const { data: types } = await send({ query: `{ ${parts.join(' ')} }` });
  if (types === undefined || types === null) return null;
  const listed = roots.map((root, index) => ({ root, fields: askable(types[`t${index}`].fields) }));
  const options = listed.map(({ root, fields }) => {
    const relations = fields.filter(isRecords).map((field) => ({
      field,
      fields: listed.find((other) => other.root.type.name === field.type.name && other.root !== root)?.fields,
    }));
    return { root, fields, related: relations.find((relation) => relation.fields !== undefined) };
  });
  const { root, fields, related } = options.find((option) => option.related !== undefined) ?? options[0];
  return write(root, fields, related);
};
