/** Calls of functions, methods and constructors: which there are, what they take, and the faults of both. */
import type { ExpressionNode } from '../expression.ts';
import type { Evaluation } from '../values/evaluation.ts';
import { phraseOf, type ValueKind } from '../values/expression-value.ts';
import type { Compiled } from './compile-operators.ts';
import { FUNCTIONS, matchRun, TEXT } from './functions.ts';
import { readPattern } from './pattern.ts';
import { kindOfShape } from './static-kinds.ts';
import { callHint } from './unknown-names.ts';

/** Compiles what is within a call, and is told of faults. */
export interface CallCompiler {
  compile(node: ExpressionNode): Compiled;
  fault(node: ExpressionNode, message: string, hint?: string): Compiled;
  /** Patterns of the expression so far. */
  patterns: number;
}

type Call = Extract<ExpressionNode, { kind: 'call' }>;

/** Of one expression: to read a pattern may take milliseconds. */
const MAX_PATTERNS = 10;

export function compileCall(node: Call, compiler: CallCompiler): Compiled {
  if (node.style === 'function' && node.name === 'matches') return compileMatches(node, compiler);
  const operands = node.operands.map((operand) => compiler.compile(operand));
  const called = FUNCTIONS[node.style].get(node.name);
  if (called === undefined) {
    const what = node.style === 'new' ? 'constructor' : node.style;
    return compiler.fault(
      node,
      `Unknown ${what} ${JSON.stringify(node.name)}`,
      callHint(node.style, node.name),
    );
  }
  const { min, max } = called.operands;
  const own = node.style === 'method' ? 1 : 0;
  if (operands.length < min || operands.length > max) {
    const wanted = min === max ? `${min - own}` : `${min - own} to ${max - own}`;
    const taken = wanted === '1' ? '1 argument' : `${wanted} arguments`;
    return compiler.fault(node, `${node.name}() takes ${taken}, not ${operands.length - own}`);
  }
  for (const [index, operand] of node.operands.entries()) {
    checkKind({ operand, compiled: operands[index], takes: called.takes[index] }, node, compiler);
  }
  const runs = operands.map(({ run }) => run);
  const operandsOf = (e: Evaluation) => runs.map((run) => run(e));
  return { shape: called.result, run: (e) => called.apply(operandsOf(e), e) };
}

/** The pattern is a text of the expression itself: to read one takes time, and it may be wrong. */
function compileMatches(node: Call, compiler: CallCompiler): Compiled {
  const [tested, pattern] = node.operands;
  if (tested === undefined || pattern === undefined || node.operands.length > 2) {
    return compiler.fault(node, `matches() takes 2 arguments, not ${node.operands.length}`);
  }
  const compiled = compiler.compile(tested);
  checkKind({ operand: tested, compiled, takes: TEXT }, node, compiler);
  if (pattern.kind !== 'literal' || typeof pattern.value !== 'string') {
    return compiler.fault(pattern, 'The pattern of matches() must be a text in quotes');
  }
  compiler.patterns += 1;
  if (compiler.patterns > MAX_PATTERNS) return compiler.fault(node, `More than ${MAX_PATTERNS} patterns`);
  const read = readPattern(pattern.value);
  if (!read.ok) return compiler.fault(pattern, read.problem);
  return { shape: 'boolean', run: matchRun(compiled.run, read.pattern) };
}

/** An operand of a kind that the function never takes would fail in every evaluation that has a value for it. */
function checkKind(
  of: {
    readonly operand: ExpressionNode;
    readonly compiled: Compiled | undefined;
    readonly takes: readonly ValueKind[] | undefined;
  },
  { name }: Call,
  compiler: CallCompiler,
): void {
  const kind = of.compiled === undefined ? null : kindOfShape(of.compiled.shape);
  if (kind === null || of.takes === undefined || of.takes.includes(kind)) return;
  compiler.fault(of.operand, `${name}() does not take ${phraseOf(kind)}`);
}
