import { type Block, blocksOf, piecesOf } from './prose-blocks.ts';
import './prose.css';

/** A text of ours, such as how a system is connected, as elements; nothing in it becomes markup. */
export function Prose({ text }: { text: string }) {
  return (
    <div className="prose">
      <Blocks blocks={blocksOf(text)} />
    </div>
  );
}

/* The text never changes while it is shown, so the place of a part names it. */

const Blocks = ({ blocks }: { blocks: readonly Block[] }) =>
  // biome-ignore lint/suspicious/noArrayIndexKey: see above
  blocks.map((it, i) => <BlockShown key={i} it={it} />);

function BlockShown({ it }: { it: Block }) {
  switch (it.kind) {
    case 'heading':
      return (
        <h2>
          <Line text={it.text} />
        </h2>
      );
    case 'paragraph':
      return (
        <p>
          <Line text={it.text} />
        </p>
      );
    case 'code':
      return (
        <pre>
          <code>{it.text}</code>
        </pre>
      );
    case 'list': {
      const List = it.isOrdered ? 'ol' : 'ul';
      return (
        <List>
          {it.items.map((blocks, i) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: see above
            <li key={i}>
              <Blocks blocks={blocks} />
            </li>
          ))}
        </List>
      );
    }
    case 'table':
      return (
        <table>
          <thead>
            <tr>
              {it.head.map((cell) => (
                <th key={cell} scope="col">
                  <Line text={cell} />
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {it.rows.map((cells, i) => (
              // biome-ignore lint/suspicious/noArrayIndexKey: see above
              <tr key={i}>
                {cells.map((cell, j) => (
                  // biome-ignore lint/suspicious/noArrayIndexKey: see above
                  <td key={j}>
                    <Line text={cell} />
                  </td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      );
  }
}

const Line = ({ text }: { text: string }) =>
  piecesOf(text).map(({ kind, text: words, href }, i) => {
    const key = `${i}`;
    switch (kind) {
      case 'code':
        return <code key={key}>{words}</code>;
      case 'strong':
        return <strong key={key}>{words}</strong>;
      case 'emphasis':
        return <em key={key}>{words}</em>;
      case 'link':
        return (
          <a key={key} href={href} target="_blank" rel="noreferrer">
            {words}
          </a>
        );
      default:
        return words;
    }
  });
