import { appName, RocketError } from '@rocket/schema';
import { connectAdmin } from '../../admin/connect.ts';
import { ExportAppDocument } from '../../admin/generated/operations.ts';
import { type CommandLine, printJson, remark } from '../../command-line.ts';
import { writeNamedFile } from '../../files.ts';

/** @throws RocketError `APP_NOT_FOUND` */
export async function exportApp(
  line: CommandLine,
  options: { name: string; output?: string; json?: boolean },
): Promise<void> {
  const name = appName(options.name);
  const client = await connectAdmin(line);
  const { app } = await client.send(ExportAppDocument, { name });
  if (app === null || app.document === null) {
    throw new RocketError('APP_NOT_FOUND', `There is no app ${name}`, {
      details: { hint: '`rocket app list` shows what there is' },
    });
  }
  if (options.output === undefined) {
    printJson(line, app.document);
    return;
  }
  await writeNamedFile(options.output, `${JSON.stringify(app.document, null, 2)}\n`);
  if (options.json === true) printJson(line, { name, file: options.output });
  else remark(line, `Wrote ${options.output}`);
}
