import { systems } from './target.ts';

/** A node for each system, one after the other as n8n works; or one node that calls all of them at the same time. */
export type Shape = 'twelve nodes' | 'twelve items';

interface Node {
  readonly name: string;
  readonly type: string;
  readonly typeVersion: number;
  readonly parameters: object;
}

const trigger: Node = {
  name: 'Departure',
  type: 'n8n-nodes-base.webhook',
  typeVersion: 2,
  parameters: {
    httpMethod: 'POST',
    path: 'departure',
    responseMode: 'onReceived',
    options: {},
  },
};

const call = (name: string, url: string): Node => ({
  name,
  type: 'n8n-nodes-base.httpRequest',
  typeVersion: 4.2,
  parameters: { method: 'POST', url, options: {} },
});

const nodesOf: Readonly<Record<Shape, readonly Node[]>> = {
  'twelve nodes': Array.from({ length: systems }, (_, i) =>
    call(`System ${i + 1}`, `={{ $('Departure').first().json.body.urls[${i}] }}`),
  ),
  'twelve items': [
    {
      name: 'Each system',
      type: 'n8n-nodes-base.splitOut',
      typeVersion: 1,
      parameters: { fieldToSplitOut: 'body.urls', options: { destinationFieldName: 'url' } },
    },
    call('Systems', '={{ $json.url }}'),
  ],
};

/** A departure as n8n imports it: a webhook that is answered at once, then the calls. */
export function workflow(shape: Shape): object {
  const nodes = [trigger, ...nodesOf[shape]].map((node, i) => ({
    ...node,
    id: `node-${i}`,
    position: [220 * i, 0],
    ...(i === 0 ? { webhookId: 'departure' } : {}),
  }));
  const connections = Object.fromEntries(
    nodes
      .slice(1)
      .map(({ name }, i) => [nodes[i]!.name, { main: [[{ node: name, type: 'main', index: 0 }]] }]),
  );
  return { id: 'departure', name: 'Departure', active: false, settings: {}, nodes, connections };
}
