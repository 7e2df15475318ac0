import { type ChildProcess, spawn } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';

const EXAMPLES = join(import.meta.dirname, '../../examples/partners');
const PROGRAMS = { 'follow.ts': process.execPath, 'follow.sh': 'bash' } as const;

export interface PartnerClientOptions {
  readonly program: keyof typeof PROGRAMS;
  /** Where it keeps its copy. */
  readonly file: string;
  readonly environment: Readonly<Record<string, string>>;
}

/** A client of docs/partners.md as a process, which keeps its file when it is killed and started again. */
export class PartnerClient {
  readonly #options: PartnerClientOptions;
  #child: ChildProcess | null = null;
  #stderr = '';

  constructor(options: PartnerClientOptions) {
    this.#options = options;
  }

  start(): void {
    const { program, file, environment } = this.#options;
    const { PATH = '', HOME = '' } = process.env;
    const child = spawn(PROGRAMS[program], [join(EXAMPLES, program), file], {
      env: { PATH, HOME, ...environment },
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      this.#stderr += text;
    });
    this.#child = child;
  }

  async kill9(): Promise<void> {
    this.#child?.kill('SIGKILL');
    await this.ended();
  }

  /** Its end: the exit code, null when a signal ended it, and all that it has said so far. */
  async ended(): Promise<{ exitCode: number | null; stderr: string }> {
    const child = this.#child;
    if (child !== null && child.exitCode === null && child.signalCode === null) {
      await new Promise((resolve) => child.once('exit', resolve));
    }
    return { exitCode: child?.exitCode ?? null, stderr: this.#stderr };
  }

  /** What it has of each record, by key; empty while it has no file. @throws when it has ended by itself */
  async copy(): Promise<ReadonlyMap<string, unknown>> {
    const code = this.#child?.exitCode ?? null;
    if (code !== null) throw new Error(`${this.#options.program} has ended with ${code}: ${this.#stderr}`);
    return await this.saved();
  }

  /** The same, whether it runs or not. */
  async saved(): Promise<ReadonlyMap<string, unknown>> {
    const [, ...lines] = (await this.#read()).trimEnd().split('\n');
    return new Map(
      lines.map((line) => {
        const { id, node }: { id: string; node: unknown } = JSON.parse(line);
        return [id, node];
      }),
    );
  }

  async #read(): Promise<string> {
    try {
      return await readFile(this.#options.file, 'utf8');
    } catch (error) {
      if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return '';
      throw error;
    }
  }
}
