import { html } from 'hono/html';
import type { Block, ExitDocument } from '#core/exit-document.ts';
import { type Html, type PageStyle, pageResponse } from './page.ts';

/** A document of a departure as one page to print, on A4 or Letter alike. */
export function exitDocumentPage(it: ExitDocument, caseId: string): Promise<Response> {
  return pageResponse({
    language: it.language,
    company: it.company,
    title: it.title,
    content: html`<h1>${it.title}</h1>
${it.blocks.map(blockHtml)}
<footer>${it.reference}</footer>`,
    status: 200,
    style,
    // Names nobody: file names end up in lists of downloads.
    headers: { 'content-disposition': `inline; filename="${it.kind}-${caseId}.html"` },
  });
}

/** Every text is escaped by `html`, whoever wrote it. */
function blockHtml(it: Block): Html {
  switch (it.is) {
    case 'heading':
      return html`<h2>${it.text}</h2>
`;
    case 'text':
      return html`<p>${it.text}</p>
`;
    case 'quiet':
      return html`<p class="quiet">${it.text}</p>
`;
    case 'warning':
      return html`<p class="warning"><strong>${it.text}</strong></p>
`;
    case 'list':
      return html`<ul>${it.items.map((item) => html`<li>${item}</li>`)}</ul>
`;
    case 'facts':
      return html`<table class="facts"><tbody>${it.rows.map(
        ([name, value]) => html`
<tr><th scope="row">${name}</th><td>${value}</td></tr>`,
      )}
</tbody></table>
`;
    case 'table':
      return html`<table><caption>${it.caption}</caption>
<thead><tr>${it.head.map((cell) => html`<th scope="col">${cell}</th>`)}</tr></thead>
<tbody>${it.rows.map(
        ([first = '', ...rest]) => html`
<tr>${first === '' ? html`<td></td>` : html`<th scope="row">${first}</th>`}${rest.map((cell) => html`<td>${cell}</td>`)}</tr>`,
      )}
</tbody></table>
`;
    case 'signatures':
      return html`<div class="signatures">${it.people.map(
        (person) => html`
<div><p>${person}</p><p class="line">${it.below}</p></div>`,
      )}
</div>
`;
  }
}

// Black on white also on screen: it is paper. Lengths suit A4 (210 × 297 mm) and Letter (216 × 279 mm).
const style: PageStyle = {
  colours: 'light',
  css: `
@page { margin: 20mm 18mm; }
* { box-sizing: border-box; }
body { margin: 0; color: #111; background: #fff; font: 11pt/1.45 system-ui, sans-serif; }
header, main { max-width: 174mm; margin: 0 auto; padding: 0 6mm; overflow-wrap: anywhere; }
@media screen { main { overflow-x: auto; } }
header { padding-top: 10mm; color: #444; }
main { padding-bottom: 10mm; }
h1 { font-size: 17pt; line-height: 1.25; margin: 4mm 0 5mm; }
h2 { font-size: 12pt; margin: 5mm 0 1mm; break-after: avoid; }
p { margin: 0 0 2.5mm; orphans: 3; widows: 3; }
ul { margin: 0 0 2.5mm; padding-left: 6mm; }
table { width: 100%; border-collapse: collapse; margin: 0 0 4mm; font-size: 9.5pt; }
caption { text-align: left; font-weight: 600; padding: 2mm 0 1mm; }
thead { display: table-header-group; }
tr { break-inside: avoid; }
th, td { overflow-wrap: break-word; hyphens: auto; border: .3mm solid #777; padding: 1.2mm 1.8mm; text-align: left; vertical-align: top; height: 7.5mm; }
thead th { background: #eee; }
tbody th { font-weight: 600; }
.facts { font-size: 10.5pt; }
.facts td { overflow-wrap: anywhere; }
.facts th { width: 36%; }
.facts th, .facts td { border-width: .3mm 0; }
.warning { border: .6mm solid #111; padding: 2mm 3mm; }
.quiet, footer { color: #444; font-size: 9pt; }
.signatures { display: grid; grid-template-columns: 1fr 1fr; gap: 8mm; margin: 6mm 0; break-inside: avoid; }
.signatures > div { display: flex; flex-direction: column; justify-content: space-between; }
.line { border-top: .3mm solid #111; margin: 16mm 0 0; padding-top: 1mm; font-size: 9pt; }
footer { margin-top: 6mm; }
@media print { header, main { max-width: none; padding: 0; } }
`,
};
