import type { ApolloServerPlugin } from '@apollo/server';
import { RocketError } from '@rocket/schema';
import type { FormattedExecutionResult } from 'graphql';
import { restoreKeys } from '../documents/answer-keys.ts';
import {
  createDocumentStage,
  type DocumentStage,
  type DocumentStageOptions,
  type PreparedOperation,
} from '../documents/prepare-document.ts';
import type { GraphContext } from '../graph-context.ts';
import { createIntrospection, type Introspection } from '../introspection/answer-introspection.ts';

/** The document stage of one server, and the plugin that reverses its changes in the answer. */
export interface ServerDocuments {
  /** @throws RocketError `NOT_READY` before the server, which has the schema, has started */
  stage(): DocumentStage;
  readonly plugin: ApolloServerPlugin<Pick<GraphContext, 'asked'>>;
}

export function serverDocuments(options: Omit<DocumentStageOptions, 'schema'>): ServerDocuments {
  let stage: DocumentStage | undefined;
  return {
    stage: () => {
      if (stage === undefined) throw new RocketError('NOT_READY');
      return stage;
    },
    plugin: {
      async serverWillStart({ schema }) {
        stage = createDocumentStage({ ...options, schema });
      },
      ...answering(),
    },
  };
}

/** Answers introspection, and restores the caller's keys in the answer. */
function answering(): Pick<ServerDocuments['plugin'], 'requestDidStart'> {
  let introspection: Introspection | undefined;
  return {
    async requestDidStart({ contextValue: { asked }, schema }) {
      if (asked === undefined) return;
      introspection ??= createIntrospection(schema);
      const about = introspection;
      return {
        async responseForOperation({ request, response: { http } }) {
          if (asked.introspection.kind !== 'whole') return null;
          const singleResult = await about.answer(asked.document, request.variables);
          // Variables that do not fit, as Apollo Server would answer them.
          if (singleResult.data === undefined) http.status = 400;
          return { http, body: { kind: 'single', singleResult } };
        },
        async willSendResponse({ request, response: { body } }) {
          if (body.kind !== 'single') return;
          // The introspection part is added afterwards, because its keys were not changed.
          const own = asked.keys === null ? body.singleResult : restoreKeys(asked.keys, body.singleResult);
          body.singleResult = await withIntrospection(own, asked, (document) =>
            about.answer(document, request.variables),
          );
        },
      };
    },
  };
}

async function withIntrospection(
  result: FormattedExecutionResult,
  { introspection: part }: PreparedOperation,
  answer: (
    document: Extract<PreparedOperation['introspection'], { kind: 'beside' }>['introspection'],
  ) => Promise<FormattedExecutionResult>,
): Promise<FormattedExecutionResult> {
  if (part.kind !== 'beside' || result.data === null || result.data === undefined) return result;
  const about = await answer(part.introspection);
  const both: Readonly<Record<string, unknown>> = { ...result.data, ...about.data };
  const keys = part.keys.filter((key) => Object.hasOwn(both, key));
  const errors = [...(result.errors ?? []), ...(about.errors ?? [])];
  return {
    ...(errors.length === 0 ? {} : { errors }),
    ...result,
    data: Object.fromEntries(keys.map((key) => [key, both[key]])),
  };
}
