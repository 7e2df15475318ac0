/** How values stand in the shared cache: one byte that says the form, then the bytes. */
import { promisify } from 'node:util';
import { constants, zstdCompress, zstdDecompress } from 'node:zlib';

/** Below it compression costs more than it saves. */
const COMPRESS_ABOVE_BYTES = 8 * 1024;
/** Nothing larger is read, whatever a damaged value says of its size. */
const MAX_UNPACKED_BYTES = 64 * 1024 * 1024;

const PLAIN = 0;
const ZSTD = 1;

const compress = promisify(zstdCompress);
const decompress = promisify(zstdDecompress);

export async function packValue(bytes: Uint8Array): Promise<Buffer> {
  if (bytes.byteLength <= COMPRESS_ABOVE_BYTES) return Buffer.concat([Buffer.of(PLAIN), bytes]);
  const params = { [constants.ZSTD_c_compressionLevel]: 1, [constants.ZSTD_c_checksumFlag]: 1 };
  return Buffer.concat([Buffer.of(ZSTD), await compress(bytes, { params })]);
}

/** @throws when the form is not known, or the value is damaged */
export async function unpackValue(packed: Buffer): Promise<Buffer> {
  const bytes = packed.subarray(1);
  switch (packed[0]) {
    case PLAIN:
      return bytes;
    case ZSTD:
      return await decompress(bytes, { maxOutputLength: MAX_UNPACKED_BYTES });
    default:
      throw new Error(`There is no form ${packed[0] ?? 'of an empty value'}`);
  }
}
