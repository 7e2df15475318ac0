/** What gateways send, checked before it is used. */
import {
  type ActivationInput,
  appName,
  epoch,
  INTERNAL_PATHS,
  type Placed,
  RocketError,
  revision,
  type ShardService,
  type SubgraphOperation,
} from '@rocket/schema';
import { z } from 'zod';

const Operation = z.object({
  query: z.string(),
  variables: z.record(z.string(), z.unknown()).nullish(),
  operationName: z.string().nullish(),
});
const PlacedShape = z.object({ app: z.string().transform(appName), epoch: z.number().transform(epoch) });
const Activation = PlacedShape.extend({
  revision: z.number().transform(revision),
  sampleData: z.record(z.string(), z.array(z.record(z.string(), z.unknown()))),
});
const OfRevision = Activation.pick({ revision: true });
const Login = z.object({ email: z.string(), password: z.string() });
const RefreshToken = z.object({ refreshToken: z.string() });
const NewUser = Login.extend({ roles: z.record(z.string(), z.array(z.string())) });
const Email = z.object({ email: z.string() });
const SlowQueries = z.object({ plans: z.boolean() });

/** A call that is not an operation: which app and epoch are signed, the rest is in the body. */
export type AdminCall = (at: Placed, body: unknown) => Promise<unknown>;

export function readOperation(body: unknown): SubgraphOperation {
  const { query, variables, operationName } = checked(Operation, body);
  return {
    query,
    ...(variables === null || variables === undefined ? {} : { variables }),
    ...(operationName === null || operationName === undefined ? {} : { operationName }),
  };
}

export function readSignedPlace(payload: unknown): Placed {
  return checked(PlacedShape, payload);
}

/** By path. */
export function adminCalls(service: ShardService): Readonly<Record<string, AdminCall | undefined>> {
  const { users } = service;
  return {
    [INTERNAL_PATHS.activate]: (at, body) => {
      const input: ActivationInput = { ...checked(Activation, body), ...at };
      return service.activate(input);
    },
    [INTERNAL_PATHS.settleActivation]: (at, body) =>
      service.settleActivation({ ...checked(OfRevision, body), ...at }),
    [INTERNAL_PATHS.removeApp]: (at) => service.removeApp(at),
    [INTERNAL_PATHS.advise]: (at) => service.advise(at),
    [INTERNAL_PATHS.slowQueries]: (at, body) => service.slowQueries(at, checked(SlowQueries, body)),
    [INTERNAL_PATHS.usersLogin]: (at, body) => users.login(at, checked(Login, body)),
    [INTERNAL_PATHS.usersRefresh]: (at, body) => users.refresh(at, checked(RefreshToken, body)),
    [INTERNAL_PATHS.usersLogout]: (at, body) => users.logout(at, checked(RefreshToken, body)),
    [INTERNAL_PATHS.usersList]: (at) => users.list(at),
    [INTERNAL_PATHS.usersAdd]: (at, body) => users.add(at, checked(NewUser, body)),
    [INTERNAL_PATHS.usersRemove]: (at, body) => users.remove(at, checked(Email, body)),
  };
}

function checked<T>(shape: z.ZodType<T>, value: unknown): T {
  const parsed = shape.safeParse(value);
  if (parsed.success) return parsed.data;
  const places = parsed.error.issues.map((issue) => issue.path.join('.') || 'body').join(', ');
  throw new RocketError('BAD_REQUEST', `The call does not have its form: ${places}`, { cause: parsed.error });
}
