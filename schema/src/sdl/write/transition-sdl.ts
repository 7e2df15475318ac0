/** SDL of state machines: what a record's state may become, and the mutations that change it. */
import type { MachineModel } from '../../behaviour/behaviour-model.ts';
import type { EntityModel } from '../../model/app-model.ts';
import {
  type EntityNames,
  type Home,
  transitionNames,
  transitionsFieldName,
} from '../../naming/graph-names.ts';
import { inputTypeName, outputTypeName } from '../scalar-names.ts';
import { fieldSdl, typeSdl } from '../type-sdl.ts';
import { refusedFor, stateName } from './behaviour-text.ts';
import { VERSION_ARGUMENT } from './write-sdl.ts';

/** Transitions that a description lists, at most. */
const MAX_LISTED = 20;

export function transitionTypes(entity: EntityModel, home: Home): readonly string[] {
  return entity.machines.map(({ field }) =>
    typeSdl({
      kind: 'type',
      name: namesOf(entity, field, home).type,
      description: `A state that ${field.graphqlName} may become next.`,
      fields: [
        fieldSdl(`to: ${outputTypeName(entity, field, home)}!`),
        fieldSdl('allowed: Boolean!', 'Whether the caller may make this change of this record now.'),
        fieldSdl('reason: String', 'Why it is not allowed; null when it is.'),
      ],
    }),
  );
}

export function transitionFields(entity: EntityModel, home: Home): readonly string[] {
  return entity.machines.map(({ field }) =>
    fieldSdl(
      `${transitionsFieldName(field)}: [${namesOf(entity, field, home).type}!]!`,
      `What ${field.graphqlName} may become next, for this caller and this record.`,
    ),
  );
}

export function transitionMutations(entity: EntityModel, home: Home, names: EntityNames): readonly string[] {
  return entity.machines.map((machine) => {
    const { mutation } = namesOf(entity, machine.field, home);
    const to = `to: ${inputTypeName(entity, machine.field, home)}!`;
    return fieldSdl(
      `${mutation}(id: ID!, ${to}, patch: ${names.patchInput}, ${VERSION_ARGUMENT}): ${names.payloadType}`,
      `Changes ${machine.field.graphqlName}, and with it the fields that the patch names.${refusedFor(entity.rules.beforeWrite.checks)} ${listed(machine)}`,
    );
  });
}

/** A list in Markdown, which tools show as one. */
function listed({ field, transitions }: MachineModel): string {
  const lines = transitions.slice(0, MAX_LISTED).map(({ from, to, roles, guard }) => {
    const who = roles === null ? '' : ` by ${roles.join(', ')}`;
    const when = guard === null ? '' : ` if \`${guard.text}\``;
    const states = [...from].map((state) => stateName(field, state));
    return `* ${states.join(' or ')} to ${stateName(field, to)}${who}${when}`;
  });
  const more = transitions.length > MAX_LISTED ? ['* ...'] : [];
  return `Transitions:\n\n${[...lines, ...more].join('\n')}`;
}

function namesOf(entity: EntityModel, field: MachineModel['field'], home: Home) {
  return transitionNames({ app: entity.app, entity: entity.name }, field, home);
}
