/** What the subscribers of the benchmark ask for. */
import { FIRST_FIELDS } from './told.ts';

const FIELDS = `${FIRST_FIELDS} operation changedFields cursor node { status total placedAt } previous { total }`;
const OF_ALL = `subscription Orders { orderChanged { ${FIELDS} } }`;
const OF_ONE = `subscription Order($id: ID!) { orderChanged(id: $id) { ${FIELDS} } }`;

/** All changes, in the same form for everybody. */
export const ALL_ORDERS = JSON.stringify({ query: OF_ALL });

export function oneOrder(id: string): string {
  return JSON.stringify({ query: OF_ONE, variables: { id } });
}
