import type { Report, ReportBlock } from '#core/report.ts';
import { isPrintable } from './letters.ts';
import { colors, lineHeight, openPaper, type Paper, type Style, styles } from './paper.ts';
import { drawFacts, drawFigures, drawTable } from './table.ts';

/** A file that travels inside of the report. */
export interface Attachment {
  readonly name: string;
  readonly type: string;
  readonly about: string;
  readonly bytes: Uint8Array;
}

/**
 * A report as PDF/A-3 with tags, its fonts, and the facts attached. The same report gives the same bytes: no clock,
 * no chance.
 */
export async function reportPdf(
  report: Report,
  attachments: readonly Attachment[],
): Promise<Uint8Array> {
  const paper = openPaper(report);
  paragraph(paper, 'H1', report.title, styles.title);
  paper.y += 6;
  const unprintable = textsIn(report.blocks).some((text) => !isPrintable(text));
  for (const block of report.blocks) draw(paper, block);
  if (unprintable) draw(paper, { is: 'quiet', text: report.words.noLetters });
  for (const it of attachments) {
    const options = {
      name: it.name,
      type: it.type,
      description: it.about,
      relationship: 'Source',
      creationDate: report.madeAt,
      modifiedDate: report.madeAt,
    };
    paper.doc.file(Buffer.from(it.bytes), options);
  }
  return paper.end();
}

/** Every text in a value, however deep. */
function textsIn(value: unknown): string[] {
  if (typeof value === 'string') return [value];
  if (typeof value !== 'object' || value === null) return [];
  return Object.values(value).flatMap(textsIn);
}

function draw(paper: Paper, block: ReportBlock): void {
  switch (block.is) {
    case 'heading':
      heading(paper, block.text);
      break;
    case 'text':
      paragraph(paper, 'P', block.text, styles.text);
      break;
    case 'quiet':
      paragraph(paper, 'P', block.text, styles.quiet);
      break;
    case 'notice':
      box(paper, block.text, { ground: colors.blueTint, edge: colors.blue });
      break;
    case 'warning':
      box(paper, block.text, { ground: colors.redTint, edge: colors.red });
      break;
    case 'facts':
      drawFacts(paper, block.rows);
      break;
    case 'figures':
      drawFigures(paper, block.figures);
      break;
    case 'table':
      drawTable(paper, block);
      break;
  }
}

/** Stands with at least a little of what follows. */
function heading(paper: Paper, text: string): void {
  paper.y += 8;
  if (paper.room() < 90) paper.nextPage();
  paper.doc.outline.addItem(text);
  paragraph(paper, 'H2', text, styles.heading);
}

function paragraph(paper: Paper, type: string, text: string, style: Style): void {
  const lines = paper.lines(text, style, paper.width);
  const height = lineHeight(style);
  if (paper.room() < height * Math.min(lines.length, 3)) paper.nextPage();
  // What does not fit goes on, as another piece of the same kind.
  for (let at = 0; at < lines.length; ) {
    const fit = Math.max(1, Math.floor(paper.room() / height));
    const piece = lines.slice(at, at + fit);
    paper.element(paper.root, type, () => {
      for (const line of piece) {
        paper.write(line, paper.left, paper.y, style);
        paper.y += height;
      }
    });
    at += piece.length;
    if (at < lines.length) paper.nextPage();
  }
  paper.y += 5;
}

/** A paragraph on a ground, with an edge. */
function box(paper: Paper, text: string, { ground, edge }: { ground: string; edge: string }): void {
  const { doc, left, width } = paper;
  const lines = paper.lines(text, styles.text, width - 26);
  const height = lines.length * lineHeight(styles.text) + 14;
  if (paper.room() < height) paper.nextPage();
  paper.decorate(() => {
    doc.rect(left, paper.y, width, height).fill(ground);
    doc.rect(left, paper.y, 3, height).fill(edge);
  });
  paper.element(paper.root, 'P', () => {
    for (const [i, line] of lines.entries()) {
      paper.write(line, left + 14, paper.y + 7 + i * lineHeight(styles.text), styles.text);
    }
  });
  paper.y += height + 10;
}
