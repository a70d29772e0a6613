import PDFDocument from 'pdfkit';
import type { Language } from '#core/language.ts';
import type { Report } from '#core/report.ts';
import { type Face, faceNames, fontOf, linesOf, printable } from './letters.ts';

/** How a piece of text looks. */
export interface Style {
  readonly face: Face;
  readonly size: number;
  readonly color: string;
}

export const colors = {
  text: '#1a1f26',
  quiet: '#556070',
  hairline: '#d5d9e0',
  tint: '#f1f3f6',
  blue: '#2257ba',
  blueTint: '#eaf0fb',
  red: '#c02525',
  redTint: '#fdeaea',
} as const;

export const styles = {
  title: { face: 'strong', size: 19, color: colors.text },
  heading: { face: 'strong', size: 12.5, color: colors.text },
  text: { face: 'text', size: 9, color: colors.text },
  quiet: { face: 'text', size: 8, color: colors.quiet },
  small: { face: 'text', size: 7.5, color: colors.text },
  smallQuiet: { face: 'text', size: 7.5, color: colors.quiet },
  smallStrong: { face: 'strong', size: 7.5, color: colors.text },
  smallCode: { face: 'code', size: 6.5, color: colors.text },
  head: { face: 'strong', size: 7.5, color: colors.quiet },
} as const satisfies Record<string, Style>;

const leading = 1.32;
export const lineHeight = ({ size }: Style): number => size * leading;

type Element = PDFKit.PDFStructureElement;

/**
 * A paper that is written from top to bottom, and knows at each place whether what comes fits. Everything written
 * belongs to an element of the document's structure, or is marked as decoration.
 */
export interface Paper {
  readonly doc: PDFKit.PDFDocument;
  /** The root of the structure. */
  readonly root: Element;
  readonly left: number;
  readonly width: number;
  /** Where the next thing is written, from the top. */
  y: number;
  /** How much room is left on this page. */
  room(): number;
  nextPage(): void;
  lines(text: string, style: Style, width: number): readonly string[];
  /** Writes one line, as a part of the element that is open. */
  write(line: string, x: number, y: number, style: Style): void;
  /** An element with what is written meanwhile, all of it on this page. */
  element(parent: Element, type: string, draw: () => void, options?: object): void;
  /** An element that holds others. */
  group(parent: Element, type: string): Element;
  /** Lines and grounds that mean nothing. */
  decorate(draw: () => void): void;
  end(): Promise<Uint8Array>;
}

const margins = { top: 62, bottom: 52, side: 48 };
const locales: Record<Language, string> = { en: 'en-GB', de: 'de-DE' };

/** Opens an empty paper in A4. Times and ids in it come from the report, so that it has the same bytes again. */
export function openPaper(report: Report): Paper {
  const doc = new PDFDocument({
    size: 'A4',
    margins: { top: margins.top, bottom: 0, left: margins.side, right: margins.side },
    bufferPages: true,
    pdfVersion: '1.7',
    subset: 'PDF/A-3a',
    tagged: true,
    lang: locales[report.language],
    displayTitle: true,
    info: {
      Title: printable(report.title),
      Author: printable(report.company),
      Subject: report.reference,
      Creator: 'Gatehouse',
      Producer: 'Gatehouse',
      CreationDate: report.madeAt,
      ModDate: report.madeAt,
    },
  });
  const bytes = collected(doc);
  for (const face of faceNames) {
    // It also takes a font that is open, which its types do not say.
    doc.registerFont(face, fontOf(face) as unknown as Uint8Array);
  }
  const root = doc.struct('Document');
  doc.addStructure(root);

  const paper: Paper = {
    doc,
    root,
    left: margins.side,
    width: doc.page.width - 2 * margins.side,
    y: margins.top,
    room: () => doc.page.height - margins.bottom - paper.y,
    nextPage() {
      doc.addPage();
      paper.y = margins.top;
    },
    lines(text, { face, size }, width) {
      doc.font(face, size);
      return linesOf(printable(text), width, (it) => doc.widthOfString(it));
    },
    write(line, x, y, { face, size, color }) {
      doc.font(face, size).fillColor(color).text(line, x, y, { lineBreak: false });
    },
    element(parent, type, draw, options = {}) {
      const content = doc.markStructureContent(type);
      draw();
      doc.endMarkedContent();
      parent.add(doc.struct(type, options, content));
    },
    group(parent, type) {
      const element = doc.struct(type);
      parent.add(element);
      return element;
    },
    decorate(draw) {
      doc.markContent('Artifact', { type: 'Layout' });
      draw();
      doc.endMarkedContent();
    },
    end() {
      edges(paper, report);
      root.end();
      doc.end();
      return bytes;
    },
  };
  return paper;
}

/** What stands on the upper and the lower edge of each page. */
function edges(paper: Paper, report: Report): void {
  const { doc, left, width } = paper;
  const style = styles.quiet;
  const { count } = doc.bufferedPageRange();
  const fit = (text: string) => paper.lines(text, style, width * 0.6)[0] ?? '';
  const right = (text: string) => {
    doc.font(style.face, style.size);
    return left + width - doc.widthOfString(text);
  };
  for (let i = 0; i < count; i += 1) {
    doc.switchToPage(i);
    const bottom = doc.page.height - 36;
    const page = report.words.page(i + 1, count);
    doc.markContent('Artifact', { type: 'Pagination' });
    paper.write(fit(report.company), left, 30, style);
    paper.write(report.reference, right(report.reference), 30, style);
    doc.lineWidth(0.5).strokeColor(colors.hairline);
    doc
      .moveTo(left, 46)
      .lineTo(left + width, 46)
      .stroke();
    doc
      .moveTo(left, bottom - 6)
      .lineTo(left + width, bottom - 6)
      .stroke();
    paper.write(report.words.onlyToRead, left, bottom, style);
    paper.write(page, right(page), bottom, style);
    doc.endMarkedContent();
  }
}

async function collected(doc: PDFKit.PDFDocument): Promise<Uint8Array> {
  const pieces: Uint8Array[] = [];
  for await (const piece of doc) pieces.push(piece as Uint8Array);
  return Buffer.concat(pieces);
}
