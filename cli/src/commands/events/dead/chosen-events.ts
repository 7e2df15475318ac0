import { appName } from '@rocket/schema';
import { WrongUsage } from '../../../command-line.ts';

/** How a command line says which events are meant. */
export interface GivenChoice {
  readonly ids?: readonly string[];
  readonly app?: string;
  readonly consumer?: string;
  readonly all?: boolean;
}

export type ChosenEvents =
  | { readonly kind: 'ids'; readonly ids: readonly string[] }
  | {
      readonly kind: 'filter';
      readonly filter: { readonly app: string | null; readonly consumer: string | null };
      /** For people. */
      readonly text: string;
    };

/** @throws WrongUsage when nothing is chosen, or in two ways at once */
export function chosenEvents({ ids = [], app, consumer, all = false }: GivenChoice): ChosenEvents {
  const isFilter = app !== undefined || consumer !== undefined;
  if (Number(ids.length > 0) + Number(isFilter) + Number(all) !== 1) {
    throw new WrongUsage('Say which: ids, or --app and --consumer, or --all');
  }
  if (ids.length > 0) return { kind: 'ids', ids: [...new Set(ids)] };
  const filter = { app: app === undefined ? null : appName(app), consumer: consumer ?? null };
  const parts = [
    ...(app === undefined ? [] : [` of app ${app}`]),
    ...(consumer === undefined ? [] : [` that ${consumer} gave up`]),
  ];
  return { kind: 'filter', filter, text: parts.join('') };
}
