/** What somebody brings to show that it is done. */
export interface Brought {
  /** Free text, or lines “label=value”. */
  readonly proof?: string | undefined;
  /** By the words of the task. */
  readonly proofs?: Readonly<Record<string, string>> | undefined;
  /** How many files. */
  readonly files: number;
}

/** The proof in words, or what keeps it from being one, each in a sentence. */
export type ProofCheck =
  | { readonly proof: string | null }
  | {
      readonly problems: readonly string[];
      /** What the task asks to be written down, and was not. */
      readonly missing: readonly string[];
    };

/** A proof that is called so is a file. */
export const isFileProof = (label: string): boolean => /^file\s*:/i.test(label);

/** “file: receipt” without the word that makes it a file. */
export const fileName = (label: string): string => label.replace(/^file\s*:\s*/i, '');

/**
 * Holds what somebody brings against what a task asks for: every proof it names needs a value, and
 * those that are files a file each. With one thing to write down, or none, plain text is enough.
 */
export function checkProof(asked: readonly string[], brought: Brought): ProofCheck {
  const labels = asked.filter((it) => !isFileProof(it));
  const fileLabels = asked.filter(isFileProof);
  const values = new Map<string, string>();
  const unknown: string[] = [];
  for (const [name, value] of Object.entries(brought.proofs ?? {})) {
    const label = asked.find((it) => same(it, name));
    if (label === undefined) unknown.push(name);
    else if (!isFileProof(label)) values.set(label, value.trim());
  }
  const free = freeText(labels, brought.proof ?? '', values);
  const [only] = labels;
  const isForOnly = only !== undefined && labels.length === 1 && !values.get(only) && free !== '';
  if (isForOnly) values.set(only, free);

  const problems = unknown.map((it) => `It does not ask for “${it}”.`);
  const missing = labels.filter((it) => !values.get(it));
  if (missing.length > 0) problems.push(`Still to be written down: ${missing.join(', ')}.`);
  if (brought.files < fileLabels.length) {
    problems.push(`Still to be added as a file: ${fileLabels.map(fileName).join(', ')}.`);
  }
  if (asked.length === 0 && free === '' && brought.files === 0) {
    problems.push('Say what proves it: a ticket, a serial number, a link, a file.');
  }
  if (problems.length > 0) return { problems, missing };

  const named = labels.map((it) =>
    labels.length === 1 ? values.get(it)! : `${it}: ${values.get(it)}`,
  );
  const text = [...named, ...(free === '' || isForOnly ? [] : [free])].join('; ');
  return { proof: text === '' ? null : text };
}

/** Takes the lines that begin with a label of the task, and returns what is left. */
function freeText(labels: readonly string[], text: string, values: Map<string, string>): string {
  const left: string[] = [];
  for (const line of text.split('\n')) {
    const at = line.indexOf('=');
    const label = at < 0 ? undefined : labels.find((it) => same(it, line.slice(0, at)));
    if (label === undefined) left.push(line);
    else values.set(label, line.slice(at + 1).trim());
  }
  return left.join('\n').trim();
}

const same = (a: string, b: string): boolean => a.trim().toLowerCase() === b.trim().toLowerCase();
