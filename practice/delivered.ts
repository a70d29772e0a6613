import { createHash } from 'node:crypto';
import { copyFile, mkdir, readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { z } from 'zod';
import type { Case } from '../src/api/contract/cases.ts';
import { archive } from './set-up.ts';
import { count, type Stage } from './stage.ts';
import { expectThat } from './wait.ts';

const Manifest = z.object({
  case: z.string(),
  facts: z.int(),
  files: z.array(z.object({ name: z.string(), size: z.int(), sha256: z.string() })).min(2),
});

/** Holds the files that were delivered of a departure against their manifest, and says where they lie. */
export async function showDelivered(
  { screen, gatehouse }: Stage,
  found: Case,
  evidenceDirectory: string | null,
): Promise<void> {
  const folder = path.join(gatehouse.recordsDirectory, archive.folder);
  const names = (await readdir(folder)).filter((it) => it.startsWith(found.id));
  const manifestName = names.find((it) => it.endsWith('.manifest.json'));
  expectThat(manifestName !== undefined, 'a manifest of the record', () => names.join(', '));
  const bytes = await readFile(path.join(folder, manifestName!));
  const manifest = Manifest.parse(JSON.parse(bytes.toString()));
  expectThat(manifest.case === found.id, `a manifest of ${found.id}`, () => manifest.case);
  for (const it of manifest.files) {
    const file = await readFile(path.join(folder, it.name));
    const sha256 = createHash('sha256').update(file).digest('hex');
    const fits = file.length === it.size && sha256 === it.sha256;
    expectThat(fits, `${it.name} as its manifest says`, () => `${file.length} bytes, ${sha256}`);
  }
  screen.line();
  screen.entry(
    '✔',
    'good',
    'Delivered',
    `${count(names.length, 'file')} with ${count(manifest.facts, 'fact')} of ${found.person.name}; ` +
      'size and SHA-256 of each are those of the manifest. They lie in',
  );
  screen.line(`${' '.repeat(22)}${folder}`);
  if (evidenceDirectory === null) return;
  const copies = path.join(evidenceDirectory, archive.folder);
  await mkdir(copies, { recursive: true });
  for (const it of names) await copyFile(path.join(folder, it), path.join(copies, it));
}
