import { parseDocument } from '@rocket/schema';
import { describe, expect, it } from 'vitest';
import { createComposer } from '../../src/compose/composer.ts';
import { app, documentOf } from '../support/world.ts';

function member() {
  const parsed = parseDocument(documentOf('customer'), app('crm'));
  if (!parsed.ok) throw new Error('the document is not valid');
  return { app: app('crm'), document: parsed.document, contentHash: 'x' };
}

describe('the composer', () => {
  it('gives up on a composition that does not end', async () => {
    const composer = createComposer({
      stallMs: 200,
      worker: new URL('data:text/javascript,setInterval(() => undefined, 1000)'),
    });
    await expect(composer.compose(null, [member()])).rejects.toMatchObject({ code: 'INTERNAL_ERROR' });
    await composer.close();
  });

  it('forgets a composition whose worker died', async () => {
    const composer = createComposer({ worker: new URL('data:text/javascript,process.exit(1)') });
    await expect(composer.compose(null, [member()])).rejects.toMatchObject({ code: 'INTERNAL_ERROR' });
    await expect(composer.compose(null, [member()])).rejects.toMatchObject({ code: 'INTERNAL_ERROR' });
    await composer.close();
    await expect(composer.compose(null, [member()])).rejects.toMatchObject({ code: 'NOT_READY' });
  });
});
