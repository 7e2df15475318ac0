import type { AppModel } from '../model/app-model.ts';
import { knownEntity } from './policy.ts';

/** Strictest first. `shared` is what holds where nothing is said. */
const STRICTNESS = ['no_store', 'private', 'shared', 'public'] as const;

/** Who may keep an answer, and for how long. */
export interface CacheRules {
  /**
   * `no_store`: nobody. `private`: the gateway, for one user. `shared`: the gateway, for all callers of one access scope.
   * `public`: the same, and shared caches on the way when the caller is anonymous.
   */
  readonly policy: (typeof STRICTNESS)[number];
  /** How long it may be kept at most; null without a limit. */
  readonly ttlSeconds: number | null;
  /** Who decides the policy, sorted: the app as `crm`, an entity as `crm.deal`, also when it just says nothing. */
  readonly because: readonly string[];
  /** Who decides how long, in the same form; empty without a limit. */
  readonly ttlBecause: readonly string[];
}

/** As rules, of somebody who need not say who may keep an answer. */
interface Saying extends Omit<CacheRules, 'policy'> {
  readonly policy: CacheRules['policy'] | null;
}

/**
 * What an app's document says about an answer in which policies of these entities decided.
 * @throws RocketError `INTERNAL_ERROR` when the model has no such entity
 */
export function cacheRules(model: AppModel, entities: readonly string[]): CacheRules {
  const { app, cache } = model;
  const ofEntities = entities.map((name) => {
    const own = knownEntity(model, name).cache;
    // For an entity that says nothing, the app's word is all there is.
    const policy = own.policy ?? (cache.policy === null ? 'shared' : null);
    return saying(`${app}.${name}`, { ...own, policy });
  });
  return strictest([saying(app, cache), ...ofEntities]);
}

/** The rules of an answer that several apps have given parts of. */
export function strictestRules(rules: readonly CacheRules[]): CacheRules {
  return strictest(rules);
}

function saying(name: string, said: Pick<Saying, 'policy' | 'ttlSeconds'>): Saying {
  return { ...said, because: [name], ttlBecause: [name] };
}

function strictest(all: readonly Saying[]): CacheRules {
  const policy = STRICTNESS.find((each) => all.some((one) => one.policy === each)) ?? 'shared';
  const limits = all.map(({ ttlSeconds }) => ttlSeconds).filter((limit) => limit !== null);
  const ttlSeconds = limits.length === 0 ? null : Math.min(...limits);
  const because = all.filter((one) => one.policy === policy).flatMap((one) => one.because);
  const limiting = all.filter((one) => ttlSeconds !== null && one.ttlSeconds === ttlSeconds);
  return {
    policy,
    ttlSeconds,
    because: [...new Set(because)].sort(),
    ttlBecause: [...new Set(limiting.flatMap((one) => one.ttlBecause))].sort(),
  };
}
