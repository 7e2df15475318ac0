import type { MoveRecord } from '@rocket/platform';
import type { ShardName, ShardRecord } from '@rocket/schema';
import type { ShardMeasures } from './measure-shards.ts';

interface Filled {
  readonly name: ShardName;
  bytes: number;
  apps: number;
}

/** What the shards hold that may be moved to, with what is on the way to them. */
export class Room {
  readonly #shards: readonly Filled[];

  constructor(
    targets: readonly ShardRecord[],
    given: {
      readonly sizes: ReadonlyMap<ShardName, ShardMeasures>;
      readonly moving: readonly MoveRecord[];
    },
  ) {
    const { sizes, moving } = given;
    const measured = targets.filter(({ name }) => sizes.has(name));
    this.#shards = (measured.length > 0 ? measured : targets).map(({ name }) => {
      const held = [...(sizes.get(name)?.values() ?? [])];
      return { name, bytes: held.reduce((sum, { bytes }) => sum + bytes, 0), apps: held.length };
    });
    for (const { app, target, source } of moving) {
      if (!sizes.get(target.shard)?.has(app))
        this.fill(target.shard, sizes.get(source.shard)?.get(app)?.bytes ?? 0);
    }
  }

  /** The first by name among equals, so that the choice is the same wherever it is made. */
  least(): ShardName {
    const [first] = this.#shards.toSorted(
      (a, b) => a.bytes - b.bytes || a.apps - b.apps || (a.name < b.name ? -1 : 1),
    );
    if (first === undefined) throw new Error('no shard can be chosen');
    return first.name;
  }

  fill(shard: ShardName, bytes: number): void {
    const filled = this.#shards.find(({ name }) => name === shard);
    if (filled === undefined) return;
    filled.bytes += bytes;
    filled.apps += 1;
  }
}
