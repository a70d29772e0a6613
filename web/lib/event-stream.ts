/** One message of a stream of server-sent events. */
export interface StreamMessage {
  readonly event: string;
  readonly id: string;
  readonly data: string;
}

/** Puts pieces of a stream together, wherever they were cut. */
export function messageReader(): (piece: string) => readonly StreamMessage[] {
  let rest = '';
  return (piece) => {
    const blocks = (rest + piece).split('\n\n');
    rest = blocks.pop() ?? '';
    return blocks.map(messageOf);
  };
}

function messageOf(block: string): StreamMessage {
  const fields = new Map<string, string>();
  for (const line of block.split('\n')) {
    const [, name, value] = /^(\w+): ?(.*)$/.exec(line) ?? [];
    if (name) fields.set(name, value ?? '');
  }
  return {
    event: fields.get('event') ?? '',
    id: fields.get('id') ?? '',
    data: fields.get('data') ?? '',
  };
}
