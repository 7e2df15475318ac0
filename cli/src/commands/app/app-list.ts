import { connectAdmin } from '../../admin/connect.ts';
import { ListAppsDocument } from '../../admin/generated/operations.ts';
import { type CommandLine, print, printJson } from '../../command-line.ts';
import { formatTable } from '../../output/table.ts';

export async function listApps(line: CommandLine, options: { json?: boolean }): Promise<void> {
  const client = await connectAdmin(line);
  const { apps } = await client.send(ListAppsDocument, {});
  if (options.json === true) {
    printJson(line, apps);
    return;
  }
  const rows = apps.map((app) => [
    app.name,
    app.shard?.name ?? '-',
    app.state,
    app.revision === null ? '-' : String(app.revision),
    String(app.entityCount),
    app.refersTo.join(', ') || '-',
    app.url,
  ]);
  const header = ['NAME', 'SHARD', 'STATE', 'REVISION', 'ENTITIES', 'REFERS TO', 'PATH'];
  print(line, formatTable(header, rows, 'No apps yet: add one with `rocket app import NAME FILE`.'));
}
