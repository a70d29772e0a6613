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
  { screen, gatehouse, systems }: Stage,
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
  const kept = keptElsewhere(systems.keepers, manifest);
  screen.entry(
    '✔',
    'good',
    'Kept elsewhere',
    `The same in the bucket, where nobody may delete it before ${kept.until}; ` +
      `${count(kept.messages, 'message')} in the logs; and the hashes, signed, in the register.`,
  );
  if (evidenceDirectory === null) return;
  const copies = path.join(evidenceDirectory, archive.folder);
  await mkdir(copies, { recursive: true });
  for (const it of names) await copyFile(path.join(folder, it), path.join(copies, it));
}

/** Holds what every other keeper has of a record against its manifest. */
function keptElsewhere(
  { bucket, log, register }: Stage['systems']['keepers'],
  manifest: z.infer<typeof Manifest>,
): { readonly until: string; readonly messages: number } {
  const locks = manifest.files.map(({ name, sha256 }) => {
    const it = bucket.objects.get(name);
    const found = it ? createHash('sha256').update(it.bytes).digest('hex') : 'nothing';
    expectThat(found === sha256, `${name} in the bucket`, () => found);
    expectThat(it?.mode === 'COMPLIANCE', `${name} locked`, () => it?.mode ?? 'not locked');
    return it?.retainUntil?.slice(0, 10) ?? '';
  });
  const ofCase = log.messages.filter((it) => it.includes(manifest.case));
  expectThat(ofCase.length > manifest.facts, 'every fact in the logs', () => `${ofCase.length}`);
  const posted = [...register.posted.values()].filter((it) => it.includes(manifest.case)).join();
  for (const { name, sha256 } of manifest.files) {
    expectThat(posted.includes(sha256), `the hash of ${name} in the register`, () => posted);
  }
  return { until: locks.toSorted()[0]!, messages: ofCase.length };
}
