/** Blocks of SDL. */
import { describe } from './description.ts';

export interface TypeParts {
  readonly kind: 'type' | 'extend type' | 'input' | 'enum';
  readonly name: string;
  readonly description?: string;
  /** One line each, from {@link fieldSdl}. */
  readonly fields: readonly string[];
}

/** `name: Type` with its description, indented for a block. */
export function fieldSdl(signature: string, description?: string): string {
  return `${describe(description, '  ')}  ${signature}`;
}

export function typeSdl({ kind, name, description, fields }: TypeParts): string {
  return `${describe(description)}${kind} ${name} {\n${fields.join('\n')}\n}`;
}
