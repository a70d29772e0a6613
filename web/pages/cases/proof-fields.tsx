import { FileInput, Textarea, TextInput } from '@mantine/core';
import type { ProofFile } from '#api/contract/steps.ts';
import { fileName, isFileProof } from '#core/task-proof.ts';
import { address, act as send } from '../../lib/api.ts';
import { useWords } from '../../lib/words.ts';
import { problemAt } from '../../ui/refused.tsx';

/** What shows that something was done by hand, as it is typed. */
export interface Shown {
  /** By the label of what is asked for. */
  readonly proofs: Readonly<Record<string, string>>;
  readonly proof: string;
  readonly files: readonly File[];
}

export const nothingShown: Shown = { proofs: {}, proof: '', files: [] };

/** What the task asks to be shown, each by its label, and files. */
export function ProofFields({
  asked,
  shown,
  show,
  error,
}: {
  /** What must be written down, or attached where it is a file. */
  asked: readonly string[];
  shown: Shown;
  show: (more: Partial<Shown>) => void;
  error: unknown;
}) {
  const t = useWords('departure');
  const labels = asked.filter((it) => !isFileProof(it));
  const files = asked.filter(isFileProof).map(fileName);
  return (
    <>
      {labels.map((label) => (
        <TextInput
          key={label}
          label={label}
          value={shown.proofs[label] ?? ''}
          error={problemAt(error, `proofs.${label}`)}
          onChange={(event) =>
            show({ proofs: { ...shown.proofs, [label]: event.currentTarget.value } })
          }
        />
      ))}
      {labels.length === 0 && (
        <Textarea
          label={t('field.proof')}
          description={t('field.proofAbout')}
          rows={2}
          value={shown.proof}
          error={problemAt(error, 'proof')}
          onChange={(event) => show({ proof: event.currentTarget.value })}
        />
      )}
      <FileInput
        multiple
        clearable
        label={
          files.length === 0 ? t('field.files') : t('field.filesAsked', { what: files.join(', ') })
        }
        placeholder={t('field.chooseFiles')}
        clearButtonProps={{ 'aria-label': t('common:clear') }}
        value={[...shown.files]}
        error={problemAt(error, 'files')}
        onChange={(chosen) => show({ files: chosen })}
      />
    </>
  );
}

/** Brings files to a step, one after the other; what was brought before counts once. */
export async function upload(
  stepId: string,
  files: readonly File[],
): Promise<readonly ProofFile[]> {
  const kept: ProofFile[] = [];
  for (const file of files) {
    const bytes = file.slice(0, file.size, 'application/octet-stream');
    kept.push(await send('POST', address(`/steps/${stepId}/proofs`, { name: file.name }), bytes));
  }
  return kept;
}

/** The part of an attestation that says what shows it. */
export function proofBody({ proofs, proof }: Shown, files: readonly { sha256: string }[]) {
  const filled = Object.fromEntries(Object.entries(proofs).filter(([, value]) => value.trim()));
  return {
    ...(proof.trim() ? { proof } : {}),
    ...(Object.keys(filled).length > 0 ? { proofs: filled } : {}),
    ...(files.length > 0 ? { files: files.map(({ sha256 }) => sha256) } : {}),
  };
}
