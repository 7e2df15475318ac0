/**
 * A PostgreSQL primary with two streaming replicas, from the programs that npm installs. Those have no `pg_basebackup`,
 * so the replicas begin as a copy of the files, taken in backup mode.
 */
import { chmod, chown, mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Binaries, findBinaries } from '../../../platform/src/embedded/binaries.ts';
import { type Account, serverAccount } from '../../../platform/src/embedded/home/account.ts';
import { runProgram } from '../../../platform/src/embedded/run-program.ts';
import { stageBinaries } from '../../../platform/src/embedded/stage-binaries.ts';
import { createDatabase, createLogger, quoteIdentifier } from '../../../platform/src/index.ts';
import { createPostgresNode, type PostgresNode } from './postgres-node.ts';

export interface ReplicatedPostgres {
  readonly primary: PostgresNode;
  readonly replicas: readonly [PostgresNode, PostgresNode];
  /** Makes a database and returns when both replicas have it. */
  createDatabase(name: string): Promise<void>;
  /** Ends the servers, in whatever state they are, and removes their files. */
  dispose(): Promise<void>;
}

const SUPERUSER = 'postgres';
const PASSWORD = 'replicas';

interface Place {
  readonly root: string;
  readonly account: Account | null;
  readonly binaries: Binaries;
}

export async function startReplicatedPostgres(): Promise<ReplicatedPostgres> {
  const { place, nodes, primary, dispose } = await startPrimary();
  try {
    const replicas = [await node(place, 'replica1', nodes), await node(place, 'replica2', nodes)] as const;
    await copyCluster(place, primary, replicas);
    await Promise.all(replicas.map((replica) => replica.start()));
    return {
      primary,
      replicas,
      async createDatabase(name) {
        await primary.query(`CREATE DATABASE ${quoteIdentifier(name)}`);
        const [at] = await primary.query('SELECT pg_current_wal_flush_lsn()::text');
        await Promise.all(replicas.map((replica) => replica.waitForReplay(String(at?.[0]))));
      },
      dispose,
    };
  } catch (error) {
    await dispose();
    throw error;
  }
}

/** A server without replicas. Dispose of it in every case. */
export async function startPostgres(): Promise<Pick<ReplicatedPostgres, 'primary' | 'dispose'>> {
  const { primary, dispose } = await startPrimary();
  return { primary, dispose };
}

async function startPrimary() {
  const account = await serverAccount();
  const binaries = await stageBinaries(await findBinaries(), account);
  const root = await mkdtemp(join(tmpdir(), 'rocket-replicas-'));
  await chmod(root, 0o711);
  const place: Place = { root, account, binaries };
  const nodes: PostgresNode[] = [];
  const dispose = async (): Promise<void> => {
    await Promise.all(nodes.map((each) => each.kill()));
    await rm(root, { recursive: true, force: true });
  };
  try {
    const primary = await node(place, 'primary', nodes);
    await initialize(place, primary.directory);
    await primary.start();
    return { place, nodes, primary, dispose };
  } catch (error) {
    await dispose();
    throw error;
  }
}

async function node(place: Place, name: string, nodes: PostgresNode[]): Promise<PostgresNode> {
  const { account, binaries } = place;
  const created = await createPostgresNode({
    directory: join(place.root, name),
    program: binaries.postgres,
    account,
    user: SUPERUSER,
    password: PASSWORD,
  });
  nodes.push(created);
  return created;
}

async function initialize({ root, account, binaries }: Place, directory: string): Promise<void> {
  const passwordFile = join(root, 'password');
  await writeFile(passwordFile, `${PASSWORD}\n`);
  await mkdir(directory, { mode: 0o700 });
  if (account !== null) await chown(directory, account.uid, account.gid);
  await runProgram(
    binaries.initdb,
    [
      `--pgdata=${directory}`,
      `--username=${SUPERUSER}`,
      `--pwfile=${passwordFile}`,
      '--auth=scram-sha-256',
      '--encoding=UTF8',
      '--no-locale',
      '--no-sync',
      '--no-instructions',
    ],
    { cwd: root, ...account },
  );
}

/** A backup has to be ended by the session that began it, so all of it happens in one transaction. */
async function copyCluster(
  place: Place,
  primary: PostgresNode,
  replicas: readonly PostgresNode[],
): Promise<void> {
  const database = createDatabase({
    url: primary.url,
    logger: createLogger({ level: 'silent', name: 'test' }),
  });
  try {
    const label = await database.transaction(async (session) => {
      await session.query({ text: "SELECT pg_backup_start('replicas', true)", values: [] });
      for (const { directory } of replicas) await copyFiles(place, primary.directory, directory);
      const [row] = await session.query({ text: 'SELECT labelfile FROM pg_backup_stop(false)', values: [] });
      return String(row?.[0]);
    });
    for (const { directory } of replicas) {
      await writeOwned(place, join(directory, 'backup_label'), label);
      await writeOwned(place, join(directory, 'standby.signal'), '');
      const settings = `primary_conninfo = '${primary.connectionInfo}'\n`;
      await writeOwned(place, join(directory, 'postgresql.auto.conf'), settings);
    }
  } finally {
    await database.close();
  }
}

async function copyFiles({ root, account }: Place, from: string, to: string): Promise<void> {
  // Run by the server's user, so that the copy belongs to that user.
  await mkdir(to, { mode: 0o700 });
  if (account !== null) await chown(to, account.uid, account.gid);
  await runProgram('cp', ['-a', `${from}/.`, to], { cwd: root, ...account });
  const log = join(to, 'pg_wal');
  const segments = (await readdir(log)).filter((name) => /^[0-9A-F]{24}/.test(name));
  const unwanted = ['postmaster.pid', 'postmaster.opts', ...segments.map((name) => join('pg_wal', name))];
  await Promise.all(unwanted.map((name) => rm(join(to, name), { force: true })));
}

async function writeOwned({ account }: Place, path: string, content: string): Promise<void> {
  await writeFile(path, content, { mode: 0o600 });
  if (account !== null) await chown(path, account.uid, account.gid);
}
