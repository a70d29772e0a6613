import { type ApiSpec, isNode, listIn, type Node, operationsIn } from './document-operations.ts';
import { documentShapes } from './document-shape.ts';

/**
 * Where a slice says something that the vendor's whole document does not, or leaves out what makes
 * it strict; null when the slice is faithful. Prose and unused operations may be left out.
 */
export function sliceProblem(slice: ApiSpec, whole: ApiSpec): string | null {
  const ofSlice = documentShapes(slice).resolve;
  const ofWhole = documentShapes(whole).resolve;
  const known = operationsIn(whole, ofWhole);
  const verdicts = new Map<Node, Map<Node, string | null>>();

  for (const operation of operationsIn(slice, ofSlice)) {
    const at = `${operation.method} ${operation.path}`;
    const twin = known.find((it) => it.path === operation.path && it.method === operation.method);
    if (!twin) return `${at} is not in the vendor's document`;
    const lacking = twin.parameters.find(
      (it) => it['required'] === true && !operation.parameters.some((own) => isSame(own, it)),
    );
    if (lacking) return `${at} leaves out the required parameter ${String(lacking['name'])}`;
    for (const parameter of operation.parameters) {
      const its = twin.parameters.find((it) => isSame(it, parameter));
      const found = its ? compare(parameter, its, '') : ' is not in the document';
      if (found) return `${at}, parameter ${String(parameter['name'])}${found}`;
    }
    const { parameters: _, ...rest } = operation.node;
    const found = compare(rest, twin.node, '');
    if (found) return `${at}${found}`;
  }
  return compare(slice.webhooks ?? {}, whole.webhooks ?? {}, 'webhooks');

  function compare(mine: unknown, theirs: unknown, at: string): string | null {
    if (isNode(mine)) {
      if (!isNode(theirs)) return `${at} is not in the document`;
      const [own, its] = [ofSlice(mine), ofWhole(theirs)];
      const seen = verdicts.get(own)?.get(its);
      if (seen !== undefined) return seen;
      const verdictsOfOwn = verdicts.get(own) ?? new Map<Node, string | null>();
      verdicts.set(own, verdictsOfOwn.set(its, null)); // schemas may go round in circles
      const verdict = compareNodes(own, its, at);
      verdictsOfOwn.set(its, verdict);
      return verdict;
    }
    if (Array.isArray(mine)) {
      const its = listIn(theirs);
      const isWhole = /\/(required|enum|type)$/.test(at);
      if (isWhole && JSON.stringify(mine) !== JSON.stringify(theirs)) return `${at} differs`;
      const alien = mine.find((it) => !its.some((other) => compare(it, other, at) === null));
      return alien === undefined ? null : `${at} holds more than the document`;
    }
    return mine === theirs ? null : `${at} differs`;
  }

  function compareNodes(own: Node, its: Node, at: string): string | null {
    const laxer = ['type', 'schema', 'items', 'required', 'enum', 'additionalProperties'].find(
      (key) => its[key] !== undefined && own[key] === undefined,
    );
    if (laxer !== undefined) return `${at} leaves out "${laxer}"`;
    for (const [key, value] of Object.entries(own)) {
      const found = value === undefined ? null : compare(value, its[key], `${at}/${key}`);
      if (found) return found;
    }
    return null;
  }
}

const isSame = (a: Node, b: Node) => a['name'] === b['name'] && a['in'] === b['in'];
