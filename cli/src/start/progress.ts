/** Reports progress line by line, because the output may be a file or a container's log. */
export interface Progress {
  tell(text: string): void;
}

export function createProgress(stream: NodeJS.WritableStream): Progress {
  return { tell: (text) => void stream.write(`${text}\n`) };
}
