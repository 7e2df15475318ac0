/** What descriptions say of required fields, rules and state machines. */
import type { EntityModel } from '../../model/app-model.ts';
import type { FieldModel } from '../../model/field-model.ts';

/** Messages that a description repeats, at most. */
const MAX_MESSAGES = 10;

/** What the rules of a write say when they refuse it: a sentence after a space, or nothing. */
export function refusedFor(rules: readonly { readonly message: string }[]): string {
  const messages = [...new Set(rules.map(({ message }) => message))];
  if (messages.length === 0) return '';
  const more = messages.length > MAX_MESSAGES ? '; ...' : '';
  return ` Refused where a rule says: ${messages.slice(0, MAX_MESSAGES).join('; ')}${more}.`;
}

/** The states in which new records begin: a sentence after a space for each machine that says so. */
export function beginningsOf({ machines }: EntityModel): string {
  return machines
    .map(({ field, initial }) =>
      initial === null ? '' : ` ${field.graphqlName} begins as ${stateName(field, initial)}.`,
    )
    .join('');
}

/** A state as callers write it: the member of the enum, or the text. */
export function stateName(field: FieldModel, state: string): string {
  if (field.enumMembers === undefined) return `'${state}'`;
  return [...field.enumMembers].find(([, stored]) => stored === state)?.[0] ?? `'${state}'`;
}

/** Whether the creator of a record has to give the field: nothing else fills it. */
export function isAskedFor(entity: EntityModel, field: FieldModel): boolean {
  const derived = entity.slug?.field === field.name && entity.slug.source !== undefined;
  return field.required && field.default === undefined && !derived && !isComputed(entity, field);
}

export function isComputed({ rules }: EntityModel, { name }: FieldModel): boolean {
  return rules.beforeWrite.computed.some((rule) => rule.field.name === name);
}

/** The parts that there are, as one description. */
export function sentences(...parts: readonly (string | undefined)[]): string {
  return parts.filter((part) => part !== undefined).join(' ');
}
