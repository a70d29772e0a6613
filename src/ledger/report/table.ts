import type { Line, ReportBlock, Row, Tone } from '#core/report.ts';
import { colors, lineHeight, type Paper, type Style, styles } from './paper.ts';

type Table = Extract<ReportBlock, { is: 'table' }>;

const padding = 4;
const densePadding = 1.6;
const badgeHeight = 12;

/** Of badges: a ground and letters for what was read back, an outline for what was only said. */
const tones: Record<Tone, { ground: string | null; edge: string; letters: string }> = {
  good: { ground: '#e6f5ec', edge: '#e6f5ec', letters: '#147a3d' },
  weak: { ground: null, edge: '#147a3d', letters: '#147a3d' },
  attention: { ground: '#fdeaea', edge: '#fdeaea', letters: '#c02525' },
  aside: { ground: '#f1ebfd', edge: '#f1ebfd', letters: '#6b3fc4' },
  quiet: { ground: '#eef0f3', edge: '#eef0f3', letters: '#556070' },
};

/** One line of a cell as it is printed. */
interface Printed {
  readonly text: string;
  readonly style: Style;
  readonly height: number;
  readonly tone: Tone | null;
}

interface Measured {
  readonly cells: readonly (readonly Printed[])[];
  /** Above and below. */
  readonly around: number;
  readonly height: number;
}

/** A table with its header on every page; a row stands on one page. */
export function drawTable(paper: Paper, table: Table): void {
  const widths = table.columns.map(({ share }) => share * paper.width);
  const head = measure(
    paper,
    table.columns.map((it) => [it.head]),
    widths,
    styles.head,
  );
  const rows = table.rows.map((row) => ({
    row,
    measured:
      'group' in row
        ? measure(paper, [[{ text: row.group, as: 'strong' }]], [paper.width])
        : measure(paper, row.cells, widths, styles.small, table.dense ? densePadding : padding),
  }));
  const structure = paper.group(paper.root, 'Table');
  const caption = paper.lines(table.caption, styles.quiet, paper.width);
  const firstRows = rows.slice(0, rows[0] && 'group' in rows[0].row ? 2 : 1);
  const wanted = firstRows.reduce((sum, it) => sum + it.measured.height, head.height);
  if (paper.room() < wanted + caption.length * lineHeight(styles.quiet)) paper.nextPage();
  paper.element(structure, 'Caption', () => {
    for (const line of caption) {
      paper.write(line, paper.left, paper.y, styles.quiet);
      paper.y += lineHeight(styles.quiet);
    }
  });
  paper.y += 2;
  drawHead(paper, structure, head, widths, true);
  for (const [i, { row, measured }] of rows.entries()) {
    // A group does not stand alone at the end of a page.
    const next = 'group' in row ? (rows[i + 1]?.measured.height ?? 0) : 0;
    if (paper.room() < measured.height + next) {
      paper.nextPage();
      drawHead(paper, structure, head, widths, false);
    }
    drawRow(paper, structure, row, measured, widths);
  }
  paper.y += 10;
}

function drawHead(
  paper: Paper,
  structure: PDFKit.PDFStructureElement,
  head: Measured,
  widths: readonly number[],
  first: boolean,
): void {
  const { doc, left, width, y } = paper;
  paper.decorate(() => doc.rect(left, y, width, head.height).fill(colors.tint));
  if (first) {
    const line = paper.group(structure, 'TR');
    forCells(paper, head, widths, (draw) => paper.element(line, 'TH', draw, { scope: 'Column' }));
  } else {
    forCells(paper, head, widths, (draw) => paper.decorate(draw));
  }
  paper.y += head.height;
}

function drawRow(
  paper: Paper,
  structure: PDFKit.PDFStructureElement,
  row: Row,
  measured: Measured,
  widths: readonly number[],
): void {
  const { doc, left, width } = paper;
  const line = paper.group(structure, 'TR');
  if ('group' in row) {
    paper.decorate(() => doc.rect(left, paper.y, width, measured.height).fill(colors.blueTint));
    const spans = { scope: 'Row' };
    forCells(paper, measured, [width], (draw) => paper.element(line, 'TH', draw, spans));
  } else {
    forCells(paper, measured, widths, (draw) => paper.element(line, 'TD', draw));
  }
  paper.y += measured.height;
  paper.decorate(() => {
    doc.lineWidth(0.5).strokeColor(colors.hairline);
    doc
      .moveTo(left, paper.y)
      .lineTo(left + width, paper.y)
      .stroke();
  });
}

function forCells(
  paper: Paper,
  { cells, around }: Measured,
  widths: readonly number[],
  place: (draw: () => void) => void,
): void {
  let x = paper.left;
  for (const [i, cell] of cells.entries()) {
    const at = x + padding;
    place(() => drawCell(paper, cell, at, paper.y + around));
    x += widths[i]!;
  }
}

function drawCell(paper: Paper, cell: readonly Printed[], x: number, top: number): void {
  let y = top;
  for (const it of cell) {
    if (it.tone === null) paper.write(it.text, x, y, it.style);
    else drawBadge(paper, it, x, y);
    y += it.height;
  }
}

function drawBadge({ doc, write }: Paper, it: Printed, x: number, y: number): void {
  const { ground, edge, letters } = tones[it.tone ?? 'quiet'];
  doc.font(it.style.face, it.style.size);
  const shape = doc
    .lineWidth(0.6)
    .roundedRect(x, y, doc.widthOfString(it.text) + 8, badgeHeight - 1, 3);
  if (ground === null) shape.strokeColor(edge).stroke();
  else shape.fillAndStroke(ground, edge);
  write(it.text, x + 4, y + 1.6, { ...it.style, color: letters });
}

function measure(
  paper: Paper,
  cells: readonly (readonly Line[])[],
  widths: readonly number[],
  style: Style = styles.small,
  around = padding,
): Measured {
  const printed = cells.map((cell, i) =>
    cell.flatMap((line) => printedLines(paper, line, widths[i]! - 2 * padding, style)),
  );
  const heights = printed.map((lines) => lines.reduce((sum, { height }) => sum + height, 0));
  return { cells: printed, around, height: Math.max(...heights, lineHeight(style)) + 2 * around };
}

const lineStyles = {
  strong: styles.smallStrong,
  quiet: styles.smallQuiet,
  code: styles.smallCode,
} as const;

/** A piece of a cell in lines that fit. Every line of a badge is a badge. */
export function printedLines(paper: Paper, line: Line, width: number, usual: Style): Printed[] {
  if (typeof line !== 'string' && 'badge' in line) {
    const style = { ...styles.smallStrong, size: 7 };
    return paper
      .lines(line.badge, style, width - 8)
      .map((text) => ({ text, style, height: badgeHeight + 1, tone: line.tone }));
  }
  const style = typeof line === 'string' ? usual : lineStyles[line.as];
  return paper
    .lines(typeof line === 'string' ? line : line.text, style, width)
    .map((text) => ({ text, style, height: lineHeight(style), tone: null }));
}

/** What a name stands for, line by line. */
export function drawFacts(paper: Paper, rows: readonly (readonly [string, Line])[]): void {
  const nameWidth = paper.width * 0.26;
  const structure = paper.group(paper.root, 'Table');
  for (const [name, value] of rows) {
    const names = paper.lines(name, styles.quiet, nameWidth - padding);
    const values = printedLines(paper, value, paper.width - nameWidth, styles.text);
    const height = Math.max(
      names.length * lineHeight(styles.text),
      values.reduce((sum, it) => sum + Math.max(it.height, lineHeight(styles.text)), 0),
    );
    if (paper.room() < height) paper.nextPage();
    const line = paper.group(structure, 'TR');
    paper.element(
      line,
      'TH',
      () => {
        for (const [i, text] of names.entries()) {
          paper.write(text, paper.left, paper.y + i * lineHeight(styles.text) + 0.8, styles.quiet);
        }
      },
      { scope: 'Row' },
    );
    paper.element(line, 'TD', () => {
      for (const [i, it] of values.entries()) {
        // Smaller letters stand on the same line.
        const lower = (styles.text.size - it.style.size) * 0.8;
        const y = paper.y + i * lineHeight(styles.text) + lower;
        paper.write(it.text, paper.left + nameWidth, y, it.style);
      }
    });
    paper.y += height + 1.5;
  }
  paper.y += 8;
}

/** Large numbers with what they count, side by side. */
export function drawFigures(
  paper: Paper,
  figures: readonly { figure: string; label: string; tone: Tone }[],
): void {
  const { doc } = paper;
  const gap = 8;
  const width = (paper.width - gap * (figures.length - 1)) / figures.length;
  const number: Style = { face: 'strong', size: 20, color: colors.text };
  const labels = figures.map(({ label }) => paper.lines(label, styles.smallQuiet, width - 20));
  const most = Math.max(...labels.map(({ length }) => length));
  const height = 38 + most * lineHeight(styles.smallQuiet);
  if (paper.room() < height + 8) paper.nextPage();
  const top = paper.y;
  for (const [i, { figure, tone }] of figures.entries()) {
    const x = paper.left + i * (width + gap);
    const { letters } = tones[figure === '0' ? 'quiet' : tone];
    paper.decorate(() => {
      doc
        .lineWidth(0.7)
        .roundedRect(x, top, width, height, 4)
        .strokeColor(colors.hairline)
        .stroke();
      doc.rect(x, top + 5, 2.5, height - 10).fill(letters);
    });
    paper.element(paper.root, 'P', () => {
      paper.write(figure, x + 11, top + 7, { ...number, color: letters });
      for (const [n, line] of labels[i]!.entries()) {
        paper.write(line, x + 11, top + 32 + n * lineHeight(styles.smallQuiet), styles.smallQuiet);
      }
    });
  }
  paper.y = top + height + 10;
}
