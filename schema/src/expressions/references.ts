import type { Expression, ExpressionNode } from './expression.ts';

/** A member of a variable that an expression reads: `record.total`. */
export interface ExpressionReference {
  readonly variable: string;
  /** Null when it may be any: the variable is used as a whole, or the name is known only in an evaluation. */
  readonly member: string | null;
}

/** Each once, in the order of the text. */
export function referencesOf(expression: Expression): readonly ExpressionReference[] {
  const found = new Map<string, ExpressionReference>();
  const add = (variable: string, member: string | null) => {
    found.set(JSON.stringify([variable, member]), { variable, member });
  };
  // Own stack, emptied from its end: parts are pushed last to first.
  const pending: ExpressionNode[] = [expression.root];
  for (let node = pending.pop(); node !== undefined; node = pending.pop()) {
    if (node.kind === 'variable') add(node.name, null);
    else if (node.kind === 'member' && node.object.kind === 'variable') add(node.object.name, node.name);
    else pending.push(...partsOf(node).toReversed());
  }
  return [...found.values()];
}

function partsOf(node: ExpressionNode): readonly ExpressionNode[] {
  switch (node.kind) {
    case 'literal':
    case 'number':
    case 'variable':
      return [];
    case 'list':
      return node.items;
    case 'member':
      return [node.object];
    case 'index':
      return [node.object, node.index];
    case 'call':
      return node.operands;
    case 'unary':
      return [node.operand];
    case 'binary':
      return [node.left, node.right];
    case 'conditional':
      return [node.test, node.whenTrue, node.whenFalse];
    default:
      return node satisfies never;
  }
}
