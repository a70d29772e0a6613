import { z } from 'zod';

/** A node of the Atlassian Document Format, as far as it holds text. */
export interface DocumentNode {
  readonly type: string;
  readonly text?: string | undefined;
  readonly content?: readonly DocumentNode[] | undefined;
}

export const DocumentNode: z.ZodType<DocumentNode> = z.lazy(() =>
  z.looseObject({
    type: z.string(),
    text: z.string().optional(),
    content: z.array(DocumentNode).optional(),
  }),
);

/** Jira takes no plain text: a paragraph for each block of lines, and addresses that can be clicked. */
export function documentOf(text: string): object {
  const paragraphs = text.split('\n\n').map((block) => ({
    type: 'paragraph',
    content: block
      .split('\n')
      .flatMap((line, i) => [...(i > 0 ? [{ type: 'hardBreak' }] : []), ...piecesOf(line)]),
  }));
  return { version: 1, type: 'doc', content: paragraphs };
}

const address = /(https?:\/\/\S+)/;

const piecesOf = (line: string): object[] =>
  line
    .split(address)
    .filter((it) => it !== '')
    .map((it) =>
      address.test(it)
        ? { type: 'text', text: it, marks: [{ type: 'link', attrs: { href: it } }] }
        : { type: 'text', text: it },
    );

/** The text of a document, the same that it was made of. */
export function textOf(document: DocumentNode | null): string {
  return (document?.content ?? []).map(plain).join('\n\n');
}

function plain({ type, text = '', content = [] }: DocumentNode): string {
  if (type === 'hardBreak') return '\n';
  return text + content.map(plain).join('');
}
