import { z } from 'zod';
import { CACHE_POLICIES } from '../cache-definition.ts';
import { accessShape, optional, shape } from './shape.ts';

const MAX_TTL_SECONDS = 24 * 60 * 60;

/** An access shape, because it decides who may keep answers: what must not be kept may not be by a misspelt word. */
export const cacheShape = accessShape({
  policy: optional(z.enum(CACHE_POLICIES)),
  ttl_seconds: optional(z.int().min(1).max(MAX_TTL_SECONDS)),
});

/** The properties of the document itself that are objects. */
export const settingsShape = shape({ cache: optional(cacheShape) });
